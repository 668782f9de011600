/** A folder for a while. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** With `hello.txt` and `large`, which has `LARGE` bytes. */
export async function withFolder<Value>(use: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), 'minis-resources-'));
  try {
    writeFileSync(join(folder, 'hello.txt'), 'hello\n');
    writeFileSync(join(folder, 'large'), Buffer.alloc(LARGE, 'a'));
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const LARGE: number = 32 * 1024 * 1024;

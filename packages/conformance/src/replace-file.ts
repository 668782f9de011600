/**
 * Writes a file whole or not at all. If the disk is full, or the process is killed in the midst of it, the file is what it was:
 * a record or a progress that took hours is not lost to the attempt to write it anew.
 */
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * By way of a file beside it. What is no plain file, a pipe or a device, is written as it is.
 * @throws Error that names the file, if it cannot be written
 */
export function replaceFile(file: string, text: string): void {
  const old = statSync(file, { throwIfNoEntry: false });
  try {
    if (old?.isFile() === false) writeFileSync(file, text);
    else if (old === undefined) moveInto(file, text, 0o666);
    else moveInto(realpathSync(file), text, old.mode); // a link stays a link
  } catch (cause) {
    const rest = old?.isFile() ? ', which is as it was' : '';
    throw new Error(`cannot write ${file}${rest}: ${(cause as Error).message}`, { cause });
  }
}

function moveInto(file: string, text: string, mode: number): void {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    // Some systems tell that the disk is full only when the bytes have to be there.
    writeFileSync(beside, text, { mode, flush: true });
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw cause;
  }
}

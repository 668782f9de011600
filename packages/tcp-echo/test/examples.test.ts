// The examples, and what the READMEs show, run as a reader would run them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundled, finish } from '../../../scripts/for-tests/commands.ts';

const root = join(import.meta.dirname, '..');
const start = await bundled(root, 'examples/*.ts');

describe('examples', () => {
  test.each([
    ['README.md', 'hello'],
    ['README.ko.md', '안녕'],
  ])('what %s shows runs', async (file, echo) => {
    const tsx = ['--conditions=@minis/source', '--import', 'tsx'];
    const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, file), 'utf8'))?.[1] as string;
    const child = spawn(process.execPath, [...tsx, '--input-type=module', '--eval', code], { cwd: root });
    expect(await finish(child, '')).toEqual({ code: 0, out: echo, err: '' });
  });

  test('echo', async () => {
    const { code, out } = await finish(start('examples/echo.ts'), '');
    expect(code).toBe(0);
    expect(out).toMatch(
      /client 1 [\s\S]*echo: hello\n[\s\S]*connection 2[\s\S]*client 2 [\s\S]*echo: hello again\n/,
    );
  });

  test('framing', async () => {
    const { code, out } = await finish(start('examples/framing.ts'));
    expect(code).toBe(0);
    expect(out).toMatch(/by delimiter: one\n.*two\n.*three\nby length: one\n.*two\n.*three\n$/);
  });

  test('udp', async () => {
    const { code, out } = await finish(start('examples/udp.ts'));
    expect(code).toBe(0);
    expect(out).toContain('one datagram, one message: ""\n');
  });
});

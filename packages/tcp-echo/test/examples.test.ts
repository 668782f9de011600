// The examples, and what the READMEs show, run as a reader would run them.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundled, bundledBlocks, finish } from '../../../scripts/for-tests/commands.ts';

const root = join(import.meta.dirname, '..');
const start = await bundled(root, 'examples/*.ts');

describe('examples', () => {
  test.each([
    ['README.md', 'hello'],
    ['README.ko.md', '안녕'],
  ])('what %s shows runs', async (page, echo) => {
    const [block, ...others] = await bundledBlocks(root, page);
    expect(others).toEqual([]);
    expect(await finish(block!())).toEqual({ code: 0, out: echo, err: '' });
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

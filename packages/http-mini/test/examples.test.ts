// Each example, and each block of the README, runs as a reader would run it.
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundled, bundledBlocks, finish } from '../../../scripts/for-tests/commands.ts';

const root = join(import.meta.dirname, '..');
const start = await bundled(root, 'examples/*.ts');
const blocks = await bundledBlocks(root, 'README.md');

const shown = [
  /^200 you sent hello\n\n$/,
  /^$/,
  /^you asked for \/\n\n$/,
  /^head\nend\n$/,
  /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nyou asked for \/\n idle\n$/,
  /^GET \/ HTTP\/1\.1\r\nHost: example\.com\r\n\r\n\n[\s\S]*type: 'head'[\s\S]*type: 'end'[\s\S]* true\n$/,
];
test('the README shows as many blocks as are run here', () => expect(blocks.length).toBe(shown.length));
for (const [i, out] of shown.entries())
  test(`the README, block ${i + 1}`, async () => {
    expect(await finish(blocks[i]!())).toEqual({ code: 0, out: expect.stringMatching(out), err: '' });
  });

test('server', async () => {
  const child = start('examples/server.ts', [], { PORT: '0' });
  const [line] = await once(child.stdout, 'data');
  const url = /http:\S+/.exec(`${line}`)![0];
  const response = await fetch(`${url}echo`, { method: 'POST', body: 'hello' });
  expect(await response.text()).toBe('you sent hello\n');
  expect((await fetch(`${url}nothing`)).status).toBe(404);
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});

test('streaming', async () => {
  const { code, out } = await finish(start('examples/streaming.ts'));
  expect(code).toBe(0);
  expect(out).toMatch(/1: ONE[\s\S]*2: TWO[\s\S]*3: THREE[\s\S]*0\\r\\nX-Lines: 3\\r\\n\\r\\n"\n$/);
});

test('client', async () => {
  const { code, out } = await finish(start('examples/client.ts'));
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    '200 application/json { a: 1 }',
    'connection opened',
    ...['{"a":1}', '{"a":1}', '{"a":1}', 'ONE', 'TWO', 'THREE'],
    'connection closed',
    'true connect-failed',
    '',
  ]);
});

test('in-memory', async () => {
  const { code, out } = await finish(start('examples/in-memory.ts'));
  expect(code).toBe(0);
  const exchange = (body: string): string[] => [
    ...['request', 'sent "POST / HTTP/1.1"', 'received "HTTP/1.1 200 OK"', 'response'],
    `200 nowhere.example heard ${body}`,
  ];
  expect(out.split('\n')).toEqual(['opened', ...exchange('hello'), ...exchange('goodbye'), 'closed', '']);
});

test('connect', async () => {
  const { code, out, err } = await finish(start('examples/connect.ts'));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.split('\n')).toEqual(['200 overunix.example answers', '200 overprogram.example answers', '']);
});

test('proxy', async () => {
  const { code, out, err } = await finish(start('examples/proxy.ts'));
  expect({ code, out, err }).toEqual({ code: 0, out: '200 behind.example answers\n', err: '' });
});

test('upgrade', async () => {
  const { code, out } = await finish(start('examples/upgrade.ts'));
  expect(code).toBe(0);
  expect(out).toBe('426 backwards "this is served backwards only\\n"\n101\nwelcome\nlocotorp\ntekcos\n');
});

test('fetch', async () => {
  const { code, out } = await finish(start('examples/fetch.ts'));
  expect(code).toBe(0);
  expect(out).toContain("200 [ 'a=1', 'b=2' ] { method: 'POST', sent: 'hello' }");
  expect(out).toContain('200 "data: tick\\n\\ndata: tock\\n\\n"');
});

// `minis explain` as a user runs it: a child process, its output and exit code.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderWith, run } from './support.ts';

const folder = folderWith({ 'hello.txt': 'hello\n', large: Buffer.alloc(32 * 1024 * 1024) });

describe('messages', () => {
  test('standard input: fields, and what half a message waits for', async () => {
    const { code, out } = await run(['explain', '-'], 'GET / HTTP/1.1\r\nHo');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^ +0 {2}47 45 54 +GET +method +RFC 9110 9\.1 +GET$/),
      expect.stringMatching(/^ +3 {2}20 +SP /),
      expect.stringMatching(/^ +4 {2}2f +\/ +request-target /),
      expect.stringMatching(/^ +5 {2}20 +SP /),
      expect.stringMatching(/^ +6 {2}48 54 54 50 2f 31 2e 31 +HTTP\/1\.1 +HTTP-version /),
      expect.stringMatching(/^ +14 {2}0d 0a +\.\. +CRLF/),
      expect.stringMatching(/^ +16 {2}48 6f +Ho +field-line \(begun\)/),
      '      18  … waits for a field-line, or the empty line',
      '',
    ]);
  });

  test('a file; a broken rule is exit code 1', async () => {
    const { code, out } = await run(['explain', join(folder, 'hello.txt')]);
    expect(code).toBe(1);
    expect(out).toContain('✗ invalid-request-line: ');
  });

  test('--method and --rows', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n';
    expect((await run(['explain', '--method', 'HEAD', '-'], head)).out).toMatch(/no content\n$/);
    const long = await run(['explain', '--rows', '2', '-'], head + 'x'.repeat(2000));
    expect(long.out).toMatch(/… 1984 more bytes\n$/);
  });

  test('more than anybody would read: refused', async () => {
    expect(await run(['explain', join(folder, 'large')])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/more than 16777216 bytes/),
    });
  });

  test('no bytes: said, and failed', async () => {
    expect(await run(['explain', '-'], '')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^minis: -: no bytes/),
    });
  });

  test('a file that is not there', async () => {
    expect(await run(['explain', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^minis: nowhere: there is no such/),
    });
  });
});

describe('frames', () => {
  test('standard input, as bytes and in hexadecimal', async () => {
    const asBytes = await run(['explain', '-'], Uint8Array.of(0x81, 0x02, 0x68, 0x69));
    expect(asBytes).toMatchObject({ code: 0, out: expect.stringMatching(/ hi\n$/) });
    expect(await run(['explain', '--hex', '-'], '81 02\n6869\n')).toEqual(asBytes);
  });

  test('a file that breaks a rule is exit code 1; --client, --deflate and --rows', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minis-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'frames');
    await writeFile(file, Buffer.from(`c114000f00f0ff${'78'.repeat(15)}`, 'hex'));
    expect(await run(['explain', file])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/✗ reserved-bit-set: .*\n$/),
    });
    expect(await run(['explain', '--deflate', '--rows', '2', file])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/… 4 more bytes\n$/),
    });
    expect((await run(['explain', '--deflate', '--client', file])).out).toContain('✗ frame-not-masked');
  });

  test('what is no hexadecimal', async () => {
    expect(await run(['explain', '--hex', '-'], '8x')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/"x"/),
    });
    expect(await run(['explain', '--hex', '-'], '8')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/odd/),
    });
  });
});

test('--why: the reason of each field', async () => {
  const { out } = await run(['explain', '--why', '-'], 'GET');
  expect(out).toContain('It is read only once its end has come');
});

test('--http and --frames say what the bytes begin with', async () => {
  const bytes = 'A request, or a fragment?';
  expect((await run(['explain', '--http', '-'], bytes)).out).toContain('request-line (begun)');
  expect((await run(['explain', '--frames', '-'], bytes)).out).toContain('FIN');
});

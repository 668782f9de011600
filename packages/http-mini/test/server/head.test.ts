/** A refusal of HEAD is what GET is told, without the content (RFC 9110 9.3.2) and without the length of what is not sent. */
import { describe, expect, test } from 'vitest';
import type { Handler, ServerOptions } from '../../src/index.ts';
import { CLOSE, serve } from './support.ts';

const read: Handler = async (request) => ({ body: await request.text() });

// rfc9110/15.5/explanation, rfc9110/15.6/explanation

/** Without the two that may differ: a message that names the method has another length. */
const lines = (received: string): string[] =>
  received.split('\r\n').filter((line) => !/^(Date|Content-Length): /.test(line));

describe('a refusal of HEAD has no content (RFC 9110 9.3.2)', () => {
  test.each<[name: string, status: number, request: string, options?: ServerOptions]>([
    ['a target with a space too many', 400, 'METHOD  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with a control character', 400, 'METHOD /\x01 HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'a target that is too long',
      414,
      'METHOD /aaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n',
      { maxTargetBytes: 5 },
    ],
    ['* for all', 400, 'METHOD * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['no target', 400, 'METHOD\r\n\r\n'],
    ['no version', 400, 'METHOD /\r\nHost: a\r\n\r\n'],
    ['another major version', 505, 'METHOD / HTTP/2.0\r\nHost: a\r\n\r\n'],
    ['something after the version', 400, 'METHOD / HTTP/1.1 \r\nHost: a\r\n\r\n'],
    ['a line that ends in LF alone', 400, 'METHOD / HTTP/1.1\nHost: a\n\n'],
    ['no Host', 400, 'METHOD / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, 'METHOD / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
    ['a bad Host', 400, 'METHOD / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a folded line', 400, 'METHOD / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n'],
    ['whitespace before a colon', 400, 'METHOD / HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['NUL in a value', 400, 'METHOD / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n'],
    ['too many fields', 431, 'METHOD / HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n', { maxFields: 1 }],
    ['a head that is too large', 431, `METHOD / HTTP/1.1\r\nHost: ${'a'.repeat(99)}`, { maxHeadBytes: 99 }],
    ['two lengths', 400, 'METHOD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and a coding',
      400,
      'METHOD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['an unknown coding', 501, 'METHOD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x, chunked\r\n\r\n'],
    ['a broken chunk', 400, 'METHOD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
    [
      'a chunk size beyond all numbers',
      400,
      `METHOD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}`,
    ],
    [
      'content that is too large',
      413,
      'METHOD / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab',
      { maxContentBytes: 1 },
    ],
    ['an empty line, and no Host', 400, '\r\nMETHOD / HTTP/1.1\r\n\r\n'],
    [
      'a method that is not allowed',
      405,
      `METHOD / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n\r\n`,
      { allowMethods: ['POST'] },
    ],
    ['an unknown expectation', 417, `METHOD / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n${CLOSE}\r\n\r\n`],
    ['a request line that goes on too slowly', 408, 'METHOD / HT', { headTimeout: 5 }],
    ['a field that goes on too slowly', 408, 'METHOD / HTTP/1.1\r\nHo', { headTimeout: 5 }],
    [
      'content that goes on too slowly',
      408,
      'METHOD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi',
      { requestTimeout: 5 },
    ],
  ])('%s: %i', async (_, status, request, options) => {
    const { ask } = await serve(read, options);
    const get = await ask(request.replace('METHOD', 'GET'));
    expect(get).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const head = await ask(request.replace('METHOD', 'HEAD'));
    expect(lines(head)).toEqual(lines(get.slice(0, get.indexOf('\r\n\r\n') + 4)));
  });

  test('byte by byte, and cut off', async () => {
    const { connect } = await serve(read);
    for (const request of ['HEAD / HTTP/1.1\r\nHost: a\r\nX', 'HEAD /']) {
      const client = await connect();
      for (const byte of request) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      client.socket.end();
      expect(await client.closed()).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\n$/);
    }
  });

  test('the second request of a connection, and not the first', async () => {
    const { ask } = await serve(read);
    expect(await ask('HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n')).toMatch(
      /no Host [\s\S]*\n$/,
    );
    expect(await ask('GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\n\r\n')).toMatch(
      /HTTP\/1\.1 400 [\s\S]*\r\n\r\n$/,
    );
  });

  test('what only begins like HEAD is told why', async () => {
    const { ask } = await serve(read);
    expect(await ask('HEADER / HTTP/1.1\r\n\r\n')).toMatch(/no Host [\s\S]*\n$/);
    expect(await ask('head / HTTP/1.1\r\n\r\n')).toMatch(/no Host [\s\S]*\n$/);
    expect(await ask('HEADS\r\n\r\n')).toMatch(/no target [\s\S]*\n$/);
  });
});

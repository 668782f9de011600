// A whole connection: what one direction knows from the other. How the parts are cut: law 1, in packages/conformance.
import { readFileSync } from 'node:fs';
import {
  ConnectionExplainer,
  explain,
  explainConnection,
  formatConnection,
  formatExplanation,
  type Passage,
} from 'explain-mini';
import { describe, expect, test } from 'vitest';
import { inflater } from 'ws-mini';
import { HELLO, hex, join, REQUEST, RESPONSE, said, utf8 } from './support.ts';

const bytesOf = (what: string | Uint8Array) => (typeof what === 'string' ? utf8(what) : what);
const client = (what: string | Uint8Array): Passage => ({ from: 'client', bytes: bytesOf(what) });
const server = (what: string | Uint8Array): Passage => ({ from: 'server', bytes: bytesOf(what) });

const explained = (...passages: Passage[]) =>
  explainConnection(passages).flatMap((part) => [`${part.from} at ${part.offset}`, ...said(part)]);

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const HEAD = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';

describe('HTTP', () => {
  test('a response is read by the method that it answers, also if requests were pipelined', () => {
    const parts = explainConnection([client(HEAD + GET), server(`${OK}${OK}hi`)]);
    expect(parts.map(({ from, error, awaits }) => [from, error, awaits])).toEqual([
      ['client', undefined, undefined],
      ['server', undefined, undefined],
    ]);
    expect(said(parts[1]!).filter((line) => /^(CRLF|content):/.test(line))).toEqual([
      'CRLF: no content',
      'CRLF: then 2 bytes of content',
      'content: hi',
    ]);
  });

  test('an answer to half a request, and the request that is completed behind it', () => {
    const [begin, rest] = ['POST / HTTP/1.1\r\n', 'Host: a\r\n\r\n'];
    const parts = explainConnection([client(begin), server(`${OK}no`), client(rest + HEAD), server(OK)]);
    expect(parts.map(({ error, awaits }) => [error, awaits])).toEqual(
      parts.map(() => [undefined, undefined]),
    );
    expect(said(parts.at(-1)!).at(-1)).toBe('CRLF: no content');
  });

  test('an answer to what is no request', () => {
    const parts = explainConnection([client('GET /"'), server('HTTP/1.1 400 \r\nContent-Length: 0\r\n\r\n')]);
    expect(parts.map(({ error }) => error?.code)).toEqual(['invalid-target', undefined]);
  });

  test('an answer to nothing breaks a rule', () => {
    expect(explainConnection([server(OK)])[0]?.error?.code).toBe('unsolicited-response');
    const behind = explainConnection([client(GET), server(`${OK}hi`), server(OK)]);
    expect(behind.at(-1)?.error?.code).toBe('unsolicited-response');
  });

  test('a CONNECT that is refused is followed by another request, one that is granted by a tunnel', () => {
    const connect = 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n';
    const refused = explained(
      client(connect),
      server('HTTP/1.1 403 \r\nContent-Length: 0\r\n\r\n'),
      client(GET),
    );
    expect(refused.slice(-7)).toContain('method: GET');
    const granted = explained(client(connect), server('HTTP/1.1 200 \r\n\r\n'), client(GET), server('x'));
    expect(granted.filter((line) => line.startsWith('another'))).toEqual([
      `another protocol: ${GET}`,
      'another protocol: x',
    ]);
  });
});

describe('an upgrade', () => {
  test('that is granted: frames of both sides', () => {
    const lines = explained(client(REQUEST), server(RESPONSE), client(HELLO), server(hex('8100')));
    expect(lines.filter((line) => /^(client|server|opcode|CRLF|Payload data)/.test(line))).toEqual([
      'client at 0',
      'CRLF: then frames, if a 101 answers',
      'server at 0',
      'CRLF: then frames',
      `client at ${REQUEST.length}`,
      'opcode: 1, text',
      'Payload data: Hello',
      `server at ${RESPONSE.length}`,
      'opcode: 1, text',
    ]);
  });

  test('frames that were sent before the answer are frames if it grants them', () => {
    const parts = explainConnection([client(join(REQUEST, HELLO)), server(RESPONSE)]);
    expect(parts.map(({ from, offset }) => [from, offset])).toEqual([
      ['client', 0],
      ['server', 0],
    ]);
    expect(said(parts[0]!)).toContain('Payload data: Hello');
  });

  test('a field stands in the turn in which it ends', () => {
    const [begin, end] = [HELLO.subarray(0, 8), HELLO.subarray(8)];
    const parts = explainConnection([client(begin), server(hex('8a00')), client(end)]);
    expect(parts.map(({ from, offset, text }) => [from, offset, text.length])).toEqual([
      ['client', 0, 6],
      ['server', 0, 2],
      ['client', 6, 5],
    ]);
  });

  test('that is refused, or not heard: HTTP goes on, whatever comes', () => {
    const refused = explained(
      client(REQUEST),
      server('HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n'),
      client(GET),
    );
    expect(refused).toContain('method: GET');
    const nextBytes = explainConnection([client(REQUEST), server(`${OK}hi`), client(HELLO)]);
    expect(nextBytes.at(-1)?.error?.code).toBe('invalid-method');
  });

  test('to another protocol', () => {
    const request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x/1\r\n\r\n';
    const lines = explained(
      client(request),
      server('HTTP/1.1 101 \r\nConnection: upgrade\r\nUpgrade: x/1\r\n\r\nhi'),
      client('ho'),
    );
    expect(lines).toEqual(expect.arrayContaining(['another protocol: hi', 'another protocol: ho']));
  });

  test('the answer is held against the question', () => {
    const other = utf8(Buffer.from(RESPONSE).toString().replace('s3pP', 'AAAA'));
    expect(explainConnection([client(REQUEST), server(other)]).at(-1)?.error?.code).toBe('accept-wrong');
  });

  test('whether frames may be compressed is what the server answered, and each side has its window', () => {
    const offer = 'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n';
    const [request, taken] = [REQUEST, RESPONSE].map((head) => join(head.subarray(0, -2), utf8(offer)));
    const masked = hex('c1 87 00000000 f248cdc9c90700');
    const unmasked = hex('c1 07 f248cdc9c90700 c1 05 f200110000');
    const passages = (answer: Uint8Array) => [
      client(request!),
      server(answer),
      client(masked),
      server(unmasked),
    ];
    const agreed = explainConnection(passages(taken!), { inflater: () => inflater(100) }).flatMap(said);
    expect(agreed.filter((line) => line.startsWith('Payload data'))).toEqual(
      Array(3).fill('Payload data: inflates to 5 bytes: Hello'),
    );
    const refused = explainConnection(passages(RESPONSE)).map(({ error }) => error?.code);
    expect(refused.slice(-2)).toEqual(['reserved-bit-set', 'reserved-bit-set']);
  });
});

describe('a connection that is followed', () => {
  test('gives what is complete, and in the end what is not', () => {
    const explainer = new ConnectionExplainer();
    const followed = (passage: Passage) => {
      explainer.receive(passage.from, passage.bytes);
      return explainer.take().flatMap(said);
    };
    expect(followed(client(REQUEST.subarray(0, 30)))).toEqual([]);
    expect(followed(client(REQUEST.subarray(30)))).toContain('method: GET');
    expect(followed(server(RESPONSE))).toContain('status-code: 101');
    expect(followed(client(HELLO.subarray(0, 8)))).toContain('Masking-key: 37 fa 21 3d');
    expect(followed(client(HELLO.subarray(8)))).toEqual(['Payload data: Hello']);
    expect(followed(server(hex('81')))).toEqual([]);
    expect(explainer.end().flatMap(said)).toEqual([
      'frame header (begun): \u0081',
      'awaits the second byte of the frame header',
    ]);
  });

  test('tells a broken rule once', () => {
    const explainer = new ConnectionExplainer();
    const codes = ['GET /"', 'and on', 'and on'].flatMap((text) => {
      explainer.receive('client', utf8(text));
      return explainer.take().map(({ error }) => error?.code);
    });
    expect(codes).toEqual(['invalid-target', undefined, undefined]);
  });
});

test('frames alone, by what they begin with or by what is said', () => {
  expect(explained(client(HELLO), server(hex('8a00')))).toContain('opcode: 10, Pong');
  expect(explainConnection([client('GET')], { begins: 'frames' })[0]?.error?.code).toBe('reserved-bit-set');
});

describe('in print', () => {
  test('each part under the name of its side; why, if that is wanted', () => {
    const parts = explainConnection([client(HELLO), server(hex('8a00'))]);
    const printed = formatConnection(parts);
    expect(printed).toMatch(/^client:\n {7}0 {2}81[\s\S]*\n\nserver:\n {7}0 {2}8a/);
    expect(formatConnection(parts, { why: true })).toContain('Answers a Ping, or comes unasked');
    expect(printed).not.toContain('Answers a Ping');
  });

  test.each([
    ['README.md', 'en'],
    ['README.ko.md', 'ko'],
  ] as const)('%s shows what is printed, and no more', (file, language) => {
    const readme = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    const printed = formatExplanation(explain(HELLO), { why: true, language });
    expect(readme).toContain(`\`\`\`\n${printed}\`\`\`\n`);
  });
});

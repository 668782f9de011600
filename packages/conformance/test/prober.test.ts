/** What the prober says of a server that it cannot ask, or of which it sees but one answer: never a row of zeros. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CannotRun, UsageError } from '../src/usage.ts';
import { run } from './command.ts';
import { HASTY, http, PATIENT, raw, told, webSocket } from './prober.ts';

describe('what cannot be asked: an error that names it and what to do', () => {
  test.each<[name: string, scheme: string, answer: Parameters<typeof raw>[0], message: RegExp]>([
    [
      'silence',
      'http',
      () => {},
      /: takes connections and says nothing: no answer to a plain GET of \/a .*--quiet/,
    ],
    [
      'silence',
      'ws',
      () => {},
      /: takes connections and says nothing: no answer to an opening handshake .*--quiet/,
    ],
    ['silence', 'https', () => {}, /: no TLS there: .*http:\/\/127/],
    [
      'the end',
      'http',
      (socket, received) => received && socket.end(),
      /: ends the connection without an answer .*https:\/\//,
    ],
    ['the end', 'ws', (socket, received) => received && socket.end(), /: ends the connection .*wss:\/\//],
    ['the end', 'wss', (socket, received) => received && socket.end(), /: no TLS there: .*ws:\/\/127/],
    ['a reset', 'http', (socket, received) => received && socket.resetAndDestroy(), /: ends the connection/],
    [
      'another protocol',
      'http',
      (socket, received) => received || socket.write('SSH-2.0-\x1b[2J\r\n'),
      /: answers what is no HTTP: SSH-2\.0-\\x1b\[2J\\r\\n/,
    ],
    [
      'another protocol',
      'ws',
      (socket) => socket.write('220 smtp\r\n'),
      /: answers what is no HTTP: 220 smtp/,
    ],
    [
      'half an answer',
      'http',
      (socket, received) => received && socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi'),
      /: begins an answer and does not bring it to an end/,
    ],
    ...['Content-Length: -40\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n-6\r\n'].map(
      (rest): [string, string, Parameters<typeof raw>[0], RegExp] => [
        `a length below nothing (${rest.trim().slice(-3)})`,
        'http',
        (socket, received) => received && socket.end(`HTTP/1.1 200 OK\r\n${rest}`),
        /: begins an answer and does not bring it to an end/,
      ],
    ),
    ...[400, 500, 503].map((status): [string, string, Parameters<typeof raw>[0], RegExp] => [
      `${status} to everything`,
      'http',
      (socket, received) => received && socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`),
      new RegExp(`: answers ${status} to everything, also to a plain GET of /a: .*name a path`),
    ]),
    ...[401, 302, 404, 500].map((status): [string, string, Parameters<typeof raw>[0], RegExp] => [
      `${status} to an opening handshake`,
      'ws',
      (socket, received) => received && socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`),
      new RegExp(`: answers ${status} to an opening handshake, so no WebSocket opens there: name`),
    ]),
  ])('%s, asked by %s', async (name, scheme, answer, message) => {
    const address = await raw(answer);
    const patience = name === 'silence' ? HASTY : PATIENT;
    const { out, err, error } = await told(`${scheme}://u:secret@${address}/a`, ...patience);
    expect({ out, err }).toEqual({ out: '', err: '' });
    expect(error).toBeInstanceOf(CannotRun);
    expect(error!.message).toMatch(new RegExp(`^${scheme}://${address}/a${message.source}`));
    expect(error!.message).not.toContain('secret');
  });

  test('500 to a plain GET, and not to everything', async () => {
    const address = await http(({ path }) => ({ status: path === '/a' ? 500 : 200 }));
    const { error } = await told(`http://${address}/a`, ...PATIENT);
    expect(error).toBeInstanceOf(CannotRun);
    expect(error!.message).toMatch(/: answers 500 to a plain GET of \/a: .*name a path/);
  });

  test('exit code 3, and one line', async () => {
    const address = await raw((socket, received) => received && socket.end());
    const { code, out, err } = await run('src/cli.ts', `http://${address}/`);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^conformance: http:.*: ends the connection without an answer.*\n$/);
  });

  test('a port where nobody listens, by the address that was named', async () => {
    const { error } = await told('http://127.0.0.1:1/a');
    expect(error).toBeInstanceOf(CannotRun);
    expect(error!.message).toBe(
      'http://127.0.0.1:1/a: nobody listens there: start the server first, or name another address',
    );
  });

  test.each([
    ['localhost:8080/a', 'http://localhost:8080/a'],
    ['[::1]:8080', 'http://[::1]:8080/'],
    [':8080', 'http://127.0.0.1:8080/'],
    ['8080', 'http://127.0.0.1:8080/'],
  ])('an address that does not say what is spoken there: %s', async (word, address) => {
    const { error } = await told(word);
    expect(error).toBeInstanceOf(UsageError);
    expect(error!.message).toContain(`"${word}" does not say what is spoken there: ${address}, or https`);
  });

  test('a name that nobody has', async () => {
    const { error } = await told('http://nobody.invalid/', ...HASTY);
    expect(error).toBeInstanceOf(CannotRun);
    expect(error!.message).toContain('nobody.invalid');
  });

  test('a server that lacks all that the probes need', async () => {
    const address = await webSocket();
    const { out, error } = await told(`ws://${address}`, '--only', 'deflate-broken/*', ...PATIENT);
    expect(out).toBe('');
    expect(error).toBeInstanceOf(CannotRun);
    expect(error!.message).toMatch(/^nothing could be asked: it declined permessage-deflate/);
  });

  test('a user name that Basic cannot say', async () => {
    const { error } = await told('http://a%3Ab:c@127.0.0.1:1/');
    expect(error).toBeInstanceOf(UsageError);
    expect(error!.message).toMatch(/a user name cannot have a colon in it/);
  });
});

describe('one answer to everything is said before any number', () => {
  test.each<[status: number, headers: Record<string, string>, message: RegExp]>([
    [401, { 'WWW-Authenticate': 'Basic' }, /http:\/\/USER:PASSWORD@/],
    [302, { Location: '/login' }, /\/login/],
    [403, {}, /name a path/],
    [404, {}, /name a path/],
  ])('%i', async (status, headers, message) => {
    const address = await http(() => ({ status, headers }));
    const { out, error } = await told(`http://${address}/`, '--only', 'http-server/host/missing', ...PATIENT);
    expect(error).toBeUndefined();
    const [first, , second] = out.split('\n');
    expect(first).toMatch(new RegExp(`^NOTE  http://${address}/ answers ${status} to everything`));
    expect(first).toMatch(message);
    expect(second).toMatch(/^HTTP servers/);
    expect(out).toMatch(/3 questions asked .*, 0 failed\n/);
  });

  test('to one path, and not to others', async () => {
    const address = await http(({ path }) => ({ status: path === '/a' ? 404 : 200 }));
    const { out } = await told(`http://${address}/a`, '--only', 'http-server/host/missing', ...PATIENT);
    expect(out).toMatch(new RegExp(`^NOTE  http://${address}/a answers 404 to a plain GET of /a: `));
  });

  test('from some request on, as by a limit', async () => {
    let requests = 0;
    const address = await http(() => ({ status: ++requests > 10 ? 429 : 200 }));
    const { out } = await told(`http://${address}/`, '--only', 'http-server/host', ...PATIENT);
    expect(out).toMatch(/^NOTE {2}http:.* answers 429 to a plain GET after the probes, and 200 before them/);
  });

  test('is in every report', async () => {
    const address = await http(() => ({ status: 401 }));
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    const [json, html, junit] = ['json', 'html', 'junit'].map((kind) => join(folder, `a.${kind}`)) as [
      string,
      string,
      string,
    ];
    const only = ['--only', 'http-server/host/missing', ...PATIENT];
    await told(`http://${address}/`, ...only, '--json', json, '--html', html, '--junit', junit);
    expect(JSON.parse(readFileSync(json, 'utf8')).note).toContain('answers 401 to everything');
    expect(readFileSync(html, 'utf8')).toContain('answers 401 to everything');
    expect(readFileSync(junit, 'utf8')).toContain('answers 401 to everything');
    const { out, err } = await told(`http://${address}/`, ...only, '--json');
    expect(JSON.parse(out).note).toContain('answers 401 to everything');
    expect(err).toContain('NOTE');
  });

  test('a server that has what is asked for gets no such note', async () => {
    const address = await http(() => ({ body: 'hi' }));
    const { out } = await told(`http://${address}/`, '--only', 'http-server/host/missing', ...PATIENT);
    expect(out).toMatch(/^HTTP servers/);
  });
});

describe('a server that ends, or takes one client at a time', () => {
  const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  const answer = (socket: Socket, received: string): void => {
    socket.write(ANSWER.repeat(received.split('\r\n\r\n').length - 1));
  };

  /** It listens no more once it is asked about a Host with a user in it. */
  async function mortal(): Promise<string> {
    const server = createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', (bytes) => {
          const received = bytes.toString('latin1');
          if (!received.includes('user@')) return answer(socket, received);
          server.close();
          socket.destroy();
        });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const THREE = ['userinfo', 'path', 'query'].flatMap((name) => ['--only', `host/invalid-${name}$`]);

  test('one that ends has neither held nor broken what is asked after it, and what was asked before is named', async () => {
    const address = await mortal();
    const { out, code, error } = await told(`http://${address}/`, ...THREE, '--jobs', '1');
    expect(out).toMatch(
      /^NOTE {2}http:\S+ takes no connection any more since host\/invalid-path: host\/invalid-userinfo, the last before, may have ended it, and 2 of 3 questions found nobody\n/,
    );
    expect(out).toMatch(/1 question asked in .*, 1 failed/);
    expect({ code, error }).toEqual({ code: 1, error: undefined });
  });

  test('one that ends of what it does not break fails the run', async () => {
    const address = await mortal();
    const only = ['--only', 'response/status-line$', ...THREE];
    const baseline = join(mkdtempSync(join(tmpdir(), 'conformance-')), 'known.json');
    writeFileSync(baseline, '{"http-server/host/invalid-userinfo": "We know."}');
    const { out, error } = await told(`http://${address}/`, ...only, '--jobs', '1', '--baseline', baseline);
    expect(out).toMatch(/, 0 failed\n/);
    expect(error).toBeInstanceOf(CannotRun);
    expect(error!.message).toBe('the server ended before all was asked');
  });

  test('one that serves a client to its end before the next is asked one by one', async () => {
    const waiting: Socket[] = [];
    let served: Socket | undefined;
    const next = (): void => {
      served = waiting.shift();
      served?.once('close', next).on('data', (bytes) => answer(served!, bytes.toString('latin1')));
    };
    const server = createServer((socket) => {
      socket.on('error', () => {});
      waiting.push(socket);
      if (served === undefined) next();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const only = ['--only', 'connection/pipelined', '--only', 'connection/persists'];
    const { out } = await told(`http://127.0.0.1:${port}/`, ...only, '--quiet', '200');
    expect(out).toMatch(/^NOTE {2}http:\S+ takes one client at a time, .*: it is asked one by one\n/);
    expect(out).toMatch(/, 0 failed\n/);
  });
});

describe('credentials of the address are sent with each request, and told to nobody else', () => {
  const AUTHORIZATION = `Basic ${Buffer.from('u:p w\xe9', 'utf8').toString('base64')}`;
  const URL = 'u:p%20w%C3%A9@';

  test('HTTP', async () => {
    const seen = new Set<string | undefined>();
    const address = await http((request) => {
      const isKnown = request.headers.get('authorization') === AUTHORIZATION;
      if (!isKnown) seen.add(`${request.method} ${request.target} ${request.authority}`);
      return isKnown ? { body: 'hi' } : { status: 401, headers: { 'WWW-Authenticate': 'Basic' } };
    });
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    const files = ['json', 'html', 'junit'].map((kind) => join(folder, kind));
    const { out, err, error } = await told(
      `http://${URL}${address}/`,
      ...['--only', 'request-line', '--json', files[0]!, '--html', files[1]!, '--junit', files[2]!],
    );
    expect({ error, err, seen }).toEqual({ error: undefined, err: '', seen: new Set() });
    expect(out).toMatch(/^HTTP servers/);
    const secret = AUTHORIZATION.slice('Basic '.length);
    for (const told of [out, ...files.map((file) => readFileSync(file, 'utf8'))])
      expect(told.includes(secret) || told.includes('p w') || told.includes(URL)).toBe(false);
    expect(readFileSync(files[0]!, 'utf8')).toContain('Authorization: ****');
  });

  test('WebSocket', async () => {
    const verify = ({ fields }: { fields: { get(name: string): string | undefined } }): boolean =>
      fields.get('authorization') === AUTHORIZATION;
    const address = await webSocket({ verify });
    const only = ['--only', 'websocket-server/opening/*', ...PATIENT];
    expect((await told(`ws://${URL}${address}`, ...only)).out).toMatch(/, 0 failed\n/);
    const { error } = await told(`ws://u:wrong@${address}`, ...only);
    expect(error!.message).toMatch(/answers 403 to an opening handshake/);
  });
});

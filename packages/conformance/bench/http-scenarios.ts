/** HTTP: servers, clients, and parsers alone. The requests are built here, once, byte for byte. */
import { JSON_PATH, PIECE, PIECES, STREAM as STREAM_PATH, UPLOAD_PATH } from './processes/work.ts';
import { base64, IDLE, type Scenario } from './scenario.ts';

const GET = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/plain\r\n\r\n';
const DOWNLOAD = GET.replace('/ ', '/download ');
const LATER = GET.replace('/ ', '/later ');
const READ = GET.replace('/ ', '/read ');
const STREAM = GET.replace('/ ', `${STREAM_PATH} `);
const post = (length: number, target = '/'): string =>
  `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
const chunkOf = (content: string): string => `${content.length.toString(16)}\r\n${content}\r\n`;
const UPLOAD = `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n${chunkOf(`${PIECE}`).repeat(PIECES)}0\r\n\r\n`;
const JSON_TEXT = '{"message":"Hello, world!","numbers":[1,2,3]}';
const JSON_POST = `POST ${JSON_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${JSON_TEXT.length}\r\n\r\n${JSON_TEXT}`;
const SMALL = 'Hello, world!'.length;
const LARGE = 1024 * 1024;

/** The answer comes in chunks, as an asynchronous iterable makes them. */
function streamed(): Scenario {
  const name = `streamed in ${PIECES} pieces of ${PIECE.length / 1024} KiB`;
  const scenario = http(name, STREAM, 64, 1, PIECES * PIECE.length);
  const answer = `${headOf('Transfer-Encoding: chunked')}${chunkOf(`${PIECE}`).repeat(PIECES)}0\r\n\r\n`;
  return { ...scenario, task: { ...scenario.task, isChunked: true }, ceiling: [base64(answer), '0', '0'] };
}

/** An app of the Fetch standard: with the platform's Response, and with a light one in its place. */
function fetchApp(name: string, request: string, content: number): Scenario[] {
  const { task, ...rest } = http('', request, 64, 1, content);
  const scenario = { ...rest, task: { ...task, isOfAnyFraming: true }, servers: 'fetch-app' };
  return [
    {
      ...scenario,
      name: `fetch app ${name}`,
      ours: 'http-mini/fetch',
      peers: ['@hono/node-server', 'srvx', 'node:http'],
    },
    {
      ...scenario,
      name: `fetch app ${name}, light`,
      ours: 'http-mini/fetch light',
      peers: ['@hono/node-server light'],
    },
  ];
}

function fetchStream(): Scenario[] {
  const { task, ceiling } = streamed();
  return fetchApp(`stream ${(PIECES * PIECE.length) / 1024} KiB`, STREAM, PIECES * PIECE.length).map(
    (scenario) => ({
      ...scenario,
      task,
      ceiling: ceiling!,
    }),
  );
}

function http(name: string, request: string, connections: number, depth = 1, content = SMALL): Scenario {
  const task = { opening: '', request: base64(request), content, header: undefined, connections, depth };
  const ceiling = answering(content, request.length - request.indexOf('\r\n\r\n') - 4);
  const contenders = { ours: 'http-mini', peers: ['node-http', 'fastify'] };
  return { name: `http ${name}`, unit: 'requests', kind: 'server', ...contenders, task, ceiling };
}

/** @param upload bytes of content in each request */
function answering(content: number, upload: number): string[] {
  return [base64(headOf(`Content-Length: ${content}`)), `${content}`, `${upload}`];
}

function headOf(framing: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ${new Date().toUTCString()}\r\n${framing}\r\n\r\n`;
}

const CLIENTS = ['undici.request', 'undici dispatch', 'node:http Agent', 'fetch'];

interface Exchange {
  readonly connections: number;
  readonly depth?: number;
  readonly upload?: number;
  readonly download?: number;
}

/** node:http's client sends no second request before the first is answered. */
function client(name: string, { connections, depth = 1, upload = 0, download = SMALL }: Exchange): Scenario {
  const peers = depth === 1 ? CLIENTS : CLIENTS.filter((peer) => peer !== 'node:http Agent');
  const task = { connections, depth, upload, download };
  const contenders = { ours: 'http-mini client', peers };
  const ceiling = answering(download, upload);
  return { name: `client ${name}`, unit: 'requests', kind: 'client', ...contenders, task, ceiling };
}

/** One call and no client of one's own. */
function byUrl(): Scenario {
  const contenders = { ours: 'http-mini request(url)', peers: ['undici.request(url)', 'fetch(url)'] };
  return { ...client('request(url), 1 in flight', { connections: 1 }), ...contenders };
}

function idleHttp(): Scenario {
  return { ...http('', GET, IDLE), name: 'idle HTTP connection', kind: 'idle', unit: 'bytes' };
}

function parse(request: string): Scenario {
  const fields = request.split('\r\n').length - 3;
  const task = { request: base64(request), fields };
  const name = `parse head, ${request.length} bytes`;
  const contenders = { ours: 'parse-http-mini', peers: ['parse-llhttp'] };
  return { name, unit: 'heads', kind: 'parser', ...contenders, task };
}

const HEAD_64 = 'GET /hello HTTP/1.1\r\nHost: www.example.org\r\nAccept: */*; q=1\r\n\r\n';
/** As a browser sends it. */
const HEAD_640 = [
  'GET /articles/2024/11/the-quick-brown-fox?utm_source=feed&page=2 HTTP/1.1',
  'Host: www.example.org',
  'Connection: keep-alive',
  'Cache-Control: max-age=0',
  'Upgrade-Insecure-Requests: 1',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Dest: document',
  'Referer: https://www.example.org/articles/2024/11/',
  'Accept-Encoding: gzip, deflate, br',
  'Accept-Language: en-GB,en;q=0.9,ko;q=0.8',
  'Cookie: session=8f14e45fceea167a5a36dedd4bea25432100',
  '\r\n',
].join('\r\n');

/** Beside servers that are native, too. */
function natively(scenario: Scenario): Scenario {
  return { ...scenario, peers: [...scenario.peers, 'bun', 'deno'] };
}

/** A cross-check of our own load, where wrk is installed: see processes/wrk.ts. */
function byWrk(scenario: Scenario): Scenario {
  return { ...scenario, name: `${scenario.name}, by wrk`, load: 'wrk' };
}

export const httpScenarios: readonly Scenario[] = [
  natively(http('get', GET, 64)),
  byWrk(http('get', GET, 64)),
  http('get, async handler', LATER, 64),
  natively(http('get, reading all', READ, 64)),
  natively(http('get, 640-byte head', HEAD_640, 64)),
  natively(http('get pipelined, 16 deep', GET, 64, 16)),
  natively(http('get, reading all, 16 deep', READ, 64, 16)),
  natively(http('post 1 KiB', post(1024), 64)),
  http('post 1 KiB, reading all, 16 deep', post(1024, '/read'), 64, 16),
  natively(http('post 64 KiB', post(64 * 1024), 16)),
  natively(http(`post chunked, ${PIECES} pieces of ${PIECE.length / 1024} KiB`, UPLOAD, 64)),
  http('download 1 MiB', DOWNLOAD, 8, 1, LARGE),
  streamed(),
  ...fetchApp('get', GET, SMALL),
  ...fetchApp('post JSON', JSON_POST, JSON_TEXT.length),
  ...fetchStream(),
  ...fetchApp('upload 16 KiB', UPLOAD.replace('/ ', `${UPLOAD_PATH} `), `${PIECES * PIECE.length}`.length),
  client('get, 1 in flight', { connections: 1 }),
  client('get, 64 in flight', { connections: 64 }),
  client('get pipelined, 10 deep', { connections: 1, depth: 10 }),
  byUrl(),
  client('download 1 MiB', { connections: 4, download: LARGE }),
  client('upload 1 MiB', { connections: 4, upload: LARGE }),
  parse(HEAD_64),
  parse(HEAD_640),
  idleHttp(),
];

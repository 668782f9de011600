/**
 * What is measured: each scenario is one piece of work, given to ours, to the peer, and to the ceiling, which does no
 * protocol work. The requests are built here, once, byte for byte.
 */
import { constants, deflateRawSync } from 'node:zlib';
import { encodeFrame, Opcode } from 'ws-mini/wire';

export interface Scenario {
  readonly name: string;
  readonly unit: 'requests' | 'messages' | 'heads' | 'bytes';
  /**
   * A server is put under load, a client asks a server that does no protocol work, a parser runs alone, a server has many
   * connections that do nothing.
   */
  readonly kind: 'server' | 'client' | 'parser' | 'idle';
  readonly ours: string;
  readonly peers: readonly string[];
  /** What is said and how, as the process that runs it takes it: processes/load.ts, clients.ts, parse.ts. */
  readonly task: object;
  /** What the servers do, if not the usual: processes/ws.ts. */
  readonly work?: string;
  /** The process that puts a server under load, if not the usual: processes/load.ts. */
  readonly load?: string;
  /** Only measured where NAME says this: it takes more than a machine may have. */
  readonly onlyAs?: string;
  /** The arguments of the ceiling's process, where there is one. */
  readonly ceiling?: readonly string[];
}

const base64 = (bytes: string | Uint8Array): string =>
  Buffer.from(bytes as string, 'latin1').toString('base64');

const GET = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/plain\r\n\r\n';
const DOWNLOAD = GET.replace('/ ', '/download ');
const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
const SMALL = 'Hello, world!'.length;
const LARGE = 1024 * 1024;

function http(name: string, request: string, connections: number, depth = 1, content = SMALL): Scenario {
  const task = { opening: '', request: base64(request), content, header: undefined, connections, depth };
  const ceiling = answering(content, request.length - request.indexOf('\r\n\r\n') - 4);
  const contenders = { ours: 'http-mini', peers: ['node-http', 'fastify'] };
  return { name: `http ${name}`, unit: 'requests', kind: 'server', ...contenders, task, ceiling };
}

/** @param upload bytes of content in each request */
function answering(content: number, upload: number): string[] {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ${new Date().toUTCString()}\r\nContent-Length: ${content}\r\n\r\n`;
  return [base64(head), `${content}`, `${upload}`];
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

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
const UPGRADED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

function echo(name: string, length: number, connections: number, depth: number): Scenario {
  const payload = new Uint8Array(length).fill(0x61);
  const request = encodeFrame({ opcode: Opcode.binary, payload, maskKey: 0x37fa213d });
  const answerHeader = encodeFrame({ opcode: Opcode.binary, payload }).subarray(0, -length);
  const task = {
    opening: base64(UPGRADE),
    request: base64(request),
    content: length,
    header: answerHeader.length,
    connections,
    depth,
  };
  const ceiling = [base64(answerHeader), `${length}`, `${request.length}`, base64(UPGRADED)];
  return {
    name: `ws ${name}, ${depth} in flight`,
    unit: 'messages',
    kind: 'server',
    ours: 'ws-mini',
    peers: ['ws', 'ws+bufferutil', 'websocket', 'faye-websocket'],
    task,
    ceiling,
  };
}

/** One connection says it, all get it. */
function broadcast(length: number, connections: number): Scenario {
  const { task, ceiling, ...scenario } = echo('broadcast', length, connections, 4);
  const name = `ws broadcast ${length} B to ${connections.toLocaleString('en-GB')}`;
  const all = { task: { ...task, audience: connections }, ceiling: [...ceiling!, 'everybody'] };
  return { ...scenario, name, peers: ['ws', 'ws+bufferutil'], work: 'broadcast', ...all };
}

const IDLE = 2000;
/** Connections; each takes a file descriptor on both sides. */
const MANY = 10_000;
const many = (scenario: Scenario): Scenario => ({ ...scenario, onlyAs: MANY.toLocaleString('en-GB') });

/** After one message; compressed by both sides where the work is about that. */
function idleWebSocket(name: string, work: 'echo' | 'deflate' | 'context', connections = IDLE): Scenario {
  const text = 'What is said once may well be said again. '.repeat(50);
  const payload = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const frame = encodeFrame({ opcode: Opcode.text, rsv: 4, payload, maskKey: 0x37fa213d });
  const { task, ceiling, ...scenario } = echo(name, 16, connections, 1);
  const about = {
    ...scenario,
    name: `idle WebSocket${name}`,
    peers: ['ws'],
    kind: 'idle',
    unit: 'bytes',
    work,
  } as const;
  if (work === 'echo') return { ...about, task, ceiling: ceiling! };
  const offer = UPGRADE.replace(/\r\n$/, 'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n');
  const compressed = { opening: base64(offer), request: base64(frame), isCompressed: true };
  const [before, content, , opening] = ceiling!;
  return {
    ...about,
    task: { ...task, ...compressed },
    ceiling: [before!, content!, `${frame.length}`, opening!],
  };
}

function idleHttp(): Scenario {
  return { ...http('', GET, IDLE), name: 'idle HTTP connection', kind: 'idle', unit: 'bytes' };
}

function parse(request: string): Scenario {
  const fields = request.split('\r\n').length - 3;
  const task = { request: base64(request), fields };
  const name = `parse head, ${request.length} bytes`;
  const contenders = { ours: 'parse-http-mini', peers: ['parse-llhttp', 'parse-http-parser-js'] };
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

/** A cross-check of our own load, where wrk is installed: see processes/wrk.ts. */
function byWrk(scenario: Scenario): Scenario {
  return { ...scenario, name: `${scenario.name}, by wrk`, load: 'wrk' };
}

export const scenarios: readonly Scenario[] = [
  http('get', GET, 64),
  byWrk(http('get', GET, 64)),
  http('get pipelined, 16 deep', GET, 64, 16),
  http('post 1 KiB', post(1024), 64),
  http('post 64 KiB', post(64 * 1024), 16),
  http('download 1 MiB', DOWNLOAD, 8, 1, LARGE),
  client('get, 1 in flight', { connections: 1 }),
  client('get, 64 in flight', { connections: 64 }),
  client('get pipelined, 10 deep', { connections: 1, depth: 10 }),
  client('download 1 MiB', { connections: 4, download: LARGE }),
  client('upload 1 MiB', { connections: 4, upload: LARGE }),
  parse(HEAD_64),
  parse(HEAD_640),
  echo('echo 16 B', 16, 64, 1),
  echo('echo 16 B', 16, 64, 32),
  echo('echo 1 KiB', 1024, 64, 1),
  echo('echo 1 KiB', 1024, 64, 32),
  echo('echo 64 KiB', 64 * 1024, 16, 1),
  echo('echo 64 KiB', 64 * 1024, 4, 32),
  broadcast(64, 1000),
  many(broadcast(64, MANY)),
  idleHttp(),
  idleWebSocket('', 'echo'),
  idleWebSocket(', deflate', 'deflate'),
  idleWebSocket(', with context', 'context'),
  many(idleWebSocket(', 10,000 of them', 'echo', MANY)),
];

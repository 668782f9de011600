/**
 * What is measured: each scenario is one piece of work, given to ours, to the peer, and to the ceiling, which does no
 * protocol work. The requests are built here, once, byte for byte.
 */
import { encodeFrame, Opcode } from 'ws-mini/wire';

export interface Scenario {
  readonly name: string;
  readonly unit: 'requests' | 'messages' | 'heads';
  readonly ours: string;
  readonly peer: string;
  /** What is sent and how: nothing of it where a parser runs alone. */
  readonly task:
    | Omit<LoadTask, 'port' | 'warmUp' | 'seconds'>
    | { readonly request: string; readonly fields: number };
  /** The arguments of the ceiling's process, where there is one. */
  readonly ceiling?: readonly string[];
}

/** See processes/load.ts. */
interface LoadTask {
  opening: string;
  request: string;
  content: number;
  header: number | undefined;
  connections: number;
  depth: number;
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
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ${new Date().toUTCString()}\r\nContent-Length: ${content}\r\n\r\n`;
  const task = { opening: '', request: base64(request), content, header: undefined, connections, depth };
  const ceiling = ['', base64(head), `${content}`, `${request.length}`];
  return { name: `http ${name}`, unit: 'requests', ours: 'http-mini', peer: 'node-http', task, ceiling };
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
  const ceiling = [base64(UPGRADED), base64(answerHeader), `${length}`, `${request.length}`];
  return {
    name: `ws ${name}, ${depth} in flight`,
    unit: 'messages',
    ours: 'ws-mini',
    peer: 'ws',
    task,
    ceiling,
  };
}

function parse(request: string): Scenario {
  const fields = request.split('\r\n').length - 3;
  const task = { request: base64(request), fields };
  const name = `parse head, ${request.length} bytes`;
  return { name, unit: 'heads', ours: 'parse-http-mini', peer: 'parse-llhttp', task };
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

export const scenarios: readonly Scenario[] = [
  http('get', GET, 64),
  http('get pipelined, 16 deep', GET, 64, 16),
  http('post 1 KiB', post(1024), 64),
  http('post 64 KiB', post(64 * 1024), 16),
  http('download 1 MiB', DOWNLOAD, 8, 1, LARGE),
  parse(HEAD_64),
  parse(HEAD_640),
  echo('echo 16 B', 16, 64, 1),
  echo('echo 16 B', 16, 64, 32),
  echo('echo 1 KiB', 1024, 64, 1),
  echo('echo 1 KiB', 1024, 64, 32),
  echo('echo 64 KiB', 64 * 1024, 16, 1),
  echo('echo 64 KiB', 64 * 1024, 4, 32),
];

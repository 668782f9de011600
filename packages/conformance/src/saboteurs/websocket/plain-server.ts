/** A plain WebSocket server that echoes: the opening handshake of RFC 6455 4.2, rule by rule. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fieldOf, type Head, hasMember, readHead } from '../../probes/websocket/head.ts';
import { acceptFor } from '../../probes/websocket-server/open.ts';
import type { ServerAddress } from '../../probes/wire-line.ts';
import { PlainEnd } from './plain-end.ts';
import { answerTo, deflationOf, elementsOf } from './plain-extensions.ts';
import type { Keeps } from './rules.ts';

export async function startPlainServer(
  keeps: Keeps,
): Promise<{ peer: ServerAddress; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let bytes = Buffer.alloc(0);
    const receive = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const head = readHead(bytes);
      if (head === undefined) return;
      socket.off('data', receive);
      open(socket, head, bytes.subarray(head.length), keeps);
    };
    socket.on('data', receive);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    peer: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/' },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function open(socket: Socket, head: Head, rest: Buffer, keeps: Keeps): void {
  const answer = answerOf(head, keeps);
  if (typeof answer === 'string') {
    socket.end(keeps('rfc6455/10.7/say-why') ? answer : '');
    return;
  }
  const lines = answer.lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
  const deflation = answer.agreed === undefined ? undefined : deflationOf(answer.agreed, 'server', keeps);
  new PlainEnd(socket, 'server', keeps, deflation).receive(rest);
}

interface Accepted {
  readonly lines: [name: string, value: string][];
  readonly agreed: string | undefined;
}

const refusal = (status: string, lines = ''): string =>
  `HTTP/1.1 ${status}\r\n${lines}Content-Length: 0\r\nConnection: close\r\n\r\n`;

/** @returns a response that refuses, as text */
function answerOf(head: Head, keeps: Keeps): Accepted | string {
  const [method, target = '', version] = head.start.split(' ');
  const key = fieldOf(head, 'sec-websocket-key') ?? '';
  const isVersion13 = fieldOf(head, 'sec-websocket-version') === '13';
  const protocols = (fieldOf(head, 'sec-websocket-protocol') ?? '').split(',').map((token) => token.trim());
  const value = fieldOf(head, 'sec-websocket-extensions');
  const elements = value === undefined ? [] : elementsOf(value, keeps);
  const rules: [id: string, isKept: boolean][] = [
    ['4.2.1/get', method === 'GET' && version === 'HTTP/1.1'],
    ['4.2.1/host', fieldOf(head, 'host') !== undefined],
    ['4.2.1/upgrade', hasMember(head, 'upgrade', 'websocket')],
    ['4.2.1/connection', hasMember(head, 'connection', 'upgrade')],
    ['4.2.1/key', /^[A-Za-z0-9+/]{22}==$/.test(key)],
    ['4.3/abnf', protocols.every((token) => /^[^\s";]*$/.test(token))],
    ['9.1/malformed', elements !== undefined],
  ];
  if (!target.startsWith('/') && !keeps('rfc9112/3.2.2/absolute-form')) return refusal('400 Bad Request');
  if (rules.some(([id, isKept]) => !isKept && keeps(`rfc6455/${id}`))) return refusal('400 Bad Request');
  if (!isVersion13 && keeps('rfc6455/4.2.1/version')) {
    const versions = keeps('rfc6455/4.4/versions') ? 'Sec-WebSocket-Version: 13\r\n' : '';
    return refusal(
      keeps('rfc6455/4.2.2/unsupported-version') ? '426 Upgrade Required' : '400 Bad Request',
      versions,
    );
  }
  const offered = elements!.some((element) => element.startsWith('permessage-deflate'));
  const agreed = answerTo(elements!, keeps);
  if (offered && agreed === undefined && !keeps('rfc7692/5/declined')) return refusal('400 Bad Request');
  const accept = keeps('rfc6455/4.2.2/response') ? acceptFor(key) : acceptFor('another');
  const lines: Accepted['lines'] = [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', accept],
  ];
  if (!keeps('rfc6455/11.3.3/one-accept')) lines.push(['Sec-WebSocket-Accept', accept]);
  if (!keeps('rfc6455/4.2.2/subprotocol')) lines.push(['Sec-WebSocket-Protocol', 'hyperchat']);
  const twice = keeps('rfc7692/5/one-on-rsv1') ? undefined : agreed;
  const also = keeps('rfc6455/4.2.2/extensions') ? twice : 'x-unknown';
  const extensions = [also, agreed].filter((extension) => extension !== undefined).join(', ');
  if (extensions !== '') lines.push(['Sec-WebSocket-Extensions', extensions]);
  return { lines, agreed };
}

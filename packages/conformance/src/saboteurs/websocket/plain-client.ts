/** A plain WebSocket client that echoes: the opening handshake of RFC 6455 4.1, rule by rule. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { fieldOf, type Head, hasMember, readHead } from '../../probes/websocket/head.ts';
import type { EchoingClient } from '../../probes/websocket-client/client-peer.ts';
import { acceptFor } from '../../probes/websocket-server/open.ts';
import { PlainEnd } from './plain-end.ts';
import { deflationOf, elementsOf, parametersOf } from './plain-extensions.ts';
import type { Keeps } from './rules.ts';

const OFFER = 'permessage-deflate; client_max_window_bits';

export function plainClient(keeps: Keeps): EchoingClient {
  return (url, protocols) =>
    new Promise((resolve) => {
      const { hostname, port, pathname, search } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
      socket.on('close', () => resolve()).on('error', () => {});
      const key = keeps('rfc6455/4.1/key') ? randomBytes(16).toString('base64') : 'c2hvcnQ=';
      socket.write(requestOf(keeps, key, `${hostname}:${port}`, pathname + search, protocols));
      let bytes = Buffer.alloc(0);
      const receive = (chunk: Buffer): void => {
        bytes = Buffer.concat([bytes, chunk]);
        let head = readHead(bytes);
        // Interim responses but for 101 (RFC 9110 15.2).
        while (
          head !== undefined &&
          / 10[023456789] /.test(head.start) &&
          keeps('rfc6455/4.1/other-status')
        ) {
          bytes = bytes.subarray(head.length);
          head = readHead(bytes);
        }
        if (head === undefined) return;
        socket.off('data', receive);
        open(socket, head, bytes.subarray(head.length), keeps, key, protocols);
      };
      socket.on('data', receive);
    });
}

function requestOf(
  keeps: Keeps,
  key: string,
  host: string,
  target: string,
  protocols: readonly string[],
): string {
  const fields: [id: string, line: string, wrong: string][] = [
    ['host', `Host: ${host}`, ''],
    ['upgrade', 'Upgrade: websocket', ''],
    ['connection', 'Connection: Upgrade', 'Connection: close'],
    ['version', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 8'],
    [
      'subprotocols',
      protocols.length === 0 ? '' : `Sec-WebSocket-Protocol: ${protocols.join(', ')}`,
      'Sec-WebSocket-Protocol: a, a',
    ],
    ['extensions', `Sec-WebSocket-Extensions: ${OFFER}${keeps('rfc6455/9.1/parameters') ? '' : '=99'}`, ''],
    ['key', `Sec-WebSocket-Key: ${key}`, `Sec-WebSocket-Key: ${key}`],
    ['wait', '', 'Content-Length: 5'],
  ];
  const lines = fields
    .map(([id, line, wrong]) => (keeps(`rfc6455/4.1/${id}`) ? line : wrong))
    .filter((line) => line !== '');
  const start = `${keeps('rfc6455/4.1/get') ? 'GET' : 'POST'} ${keeps('rfc6455/4.1/request-uri') ? target : '/'} HTTP/1.1`;
  return `${[start, ...lines].join('\r\n')}\r\n\r\n${keeps('rfc6455/4.1/wait') ? '' : 'early'}`;
}

function open(
  socket: Socket,
  head: Head,
  rest: Buffer,
  keeps: Keeps,
  key: string,
  protocols: readonly string[],
): void {
  const value = fieldOf(head, 'sec-websocket-extensions');
  const elements = value === undefined ? [] : elementsOf(value, keeps);
  const protocol = fieldOf(head, 'sec-websocket-protocol');
  const isDeflate = (element: string): boolean => /^permessage-deflate[ \t]*(?:;|$)/.test(element);
  const rules: [id: string, isKept: boolean][] = [
    [
      'rfc6455/4.1/other-status',
      !/^HTTP\/1\.1 \d{3}(?: |$)/.test(head.start) || / 101(?: |$)/.test(head.start),
    ],
    ['rfc6455/4.1/response-other', /^HTTP\/1\.1 \d{3}(?: |$)/.test(head.start)],
    ['rfc6455/4.1/response-upgrade', fieldOf(head, 'upgrade')?.toLowerCase() === 'websocket'],
    ['rfc6455/4.1/response-connection', hasMember(head, 'connection', 'upgrade')],
    ['rfc6455/4.1/response-accept', fieldOf(head, 'sec-websocket-accept') === acceptFor(key)],
    ['rfc6455/4.1/response-subprotocol', protocol === undefined || protocols.includes(protocol)],
    ['rfc6455/9.1/malformed', elements !== undefined],
    ['rfc6455/4.1/response-extension', elements?.every(isDeflate) ?? true],
    ['rfc7692/5/one-on-rsv1-response', (elements ?? []).filter(isDeflate).length <= 1],
    [
      'rfc6455/9.1/parameters',
      elements?.every(
        (element) => !isDeflate(element) || parametersOf(element, 'answer', keeps) !== undefined,
      ) ?? true,
    ],
  ];
  // What only a saboteur minds.
  const isWrong =
    (!keeps('rfc9112/4/reason') && head.start.endsWith(' ')) ||
    (!keeps('rfc6455/5.8/extensions') && value !== undefined);
  if (isWrong || rules.some(([id, isKept]) => !isKept && keeps(id))) {
    if (keeps('rfc6455/7.1.7/close-tcp')) socket.destroy();
    return;
  }
  const agreed = elements?.find(isDeflate);
  const deflation = agreed === undefined ? undefined : deflationOf(agreed, 'client', keeps);
  new PlainEnd(socket, 'client', keeps, deflation).receive(rest);
}

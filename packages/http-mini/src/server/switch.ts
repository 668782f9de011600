/**
 * The answer that ends HTTP on a connection: Upgrade (RFC 9110 7.8) and CONNECT (9.3.6).
 */
import type { Socket } from 'node:net';
import { statusLine } from '../wire/encoder.ts';
import { userError } from '../wire/errors.ts';
import { Fields, type FieldsInit } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';
import type { HttpResponse } from './response.ts';
import { ResponseFields } from './response-fields.ts';

/**
 * Takes over a connection that leaves HTTP: the socket is paused, and `leftover` was received and not read. A client that
 * has closed its half by then ends no more: look at `socket.readableEnded`.
 */
export type TakeOver = (socket: Socket, leftover: Uint8Array) => void;

export class SwitchedResponse implements HttpResponse {
  readonly headers: FieldsInit;
  readonly takeOver: TakeOver;

  constructor(headers: FieldsInit, takeOver: TakeOver) {
    this.headers = headers;
    this.takeOver = takeOver;
  }
}

/**
 * The answer that ends HTTP on this connection: 101 with these headers (Upgrade among them, naming a protocol that the
 * client offered) or, to CONNECT, 200; then the socket and what was read beyond the request are yours (RFC 9110 7.8,
 * 9.3.6). Content that the handler has not read is read and dropped first.
 */
export function switchProtocols(headers: FieldsInit, takeOver: TakeOver): HttpResponse {
  return new SwitchedResponse(headers, takeOver);
}

/**
 * The head that ends HTTP: 101 with Connection: Upgrade, or 200 to CONNECT, which must not have framing fields either
 * (rfc9112/6.1/not-on-connect, rfc9110/8.6/not-on-connect).
 * @throws HttpError where the client did not offer the protocol (rfc9110/7.8/not-offered)
 */
export function encodeSwitchedHead(request: RequestHead, headers: FieldsInit): string {
  const fields = new Fields(headers);
  const { text } = new ResponseFields(fields);
  if (request.method === 'CONNECT') return `${statusLine(200, undefined)}${text}\r\n`;

  const upgrade = fields.list('upgrade');
  const offered = request.upgrade.map((protocol) => protocol.toLowerCase());
  // rfc9110/7.8/upgrade-named, rfc9110/7.8/protocol-case, rfc9110/15.2.2/101
  if (upgrade.length === 0 || !upgrade.every((protocol) => offered.includes(protocol.toLowerCase()))) {
    const message = `Upgrade: ${upgrade.join(', ')} is none of what the client offered (${offered.join(', ') || 'nothing'})`;
    throw userError('invalid-response', message);
  }
  return `${statusLine(101, undefined)}Connection: Upgrade\r\n${text}\r\n`;
}

/**
 * Opening a socket, as `net.connect` and `tls.connect` do it: names with several addresses are tried as Happy Eyeballs
 * says (RFC 8305), certificates are verified against the name (RFC 9110 4.3.4).
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { ClientSettings } from './options.ts';
import type { Origin } from './origin.ts';

/**
 * All connections read into this one buffer: Node hands over one read at a time, and a connection keeps nothing of it
 * that it has not copied. A buffer for each read would cost more than reading it (test: `reads share a buffer`).
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * @param receive gets the bytes of each read, valid until it returns; false pauses the socket
 * @param isForeign gives the bytes by `data` events instead, so that the socket can be handed on to another protocol
 */
export function openSocket(
  origin: Origin,
  settings: ClientSettings,
  receive: (bytes: Uint8Array) => boolean,
  isForeign: boolean,
): Socket {
  const { host, port, isSecure } = origin;
  const onread = {
    buffer: READ_BUFFER,
    callback: (size: number): boolean => receive(READ_BUFFER.subarray(0, size)),
  };
  const options = isForeign ? { host, port, noDelay: true } : { host, port, noDelay: true, onread };
  if (!isSecure) return connect(options);
  const { ca, rejectUnauthorized = true, servername } = settings.tls;
  return connectSecurely({
    ...options,
    ca: ca as Buffer | undefined,
    rejectUnauthorized,
    servername: servername ?? (isIP(host) === 0 ? host : ''), // RFC 6066 3: an address is not a name
    ALPNProtocols: ['http/1.1'],
  });
}

/**
 * The life of a socket, as a typed trace. Each stage stands next to the system call that a textbook draws
 * for it: socket(), bind(), listen(), accept(), connect(), read(), write(), close(). Every event names its
 * socket, because accept() does not turn the listener into a connection: it returns a new socket, and the
 * listener goes on listening. RFC 9293 3.9.1 has TCP's own names: OPEN (passive: bind and listen; active:
 * connect), SEND, RECEIVE, CLOSE.
 */
import { isIPv6, type Socket } from 'node:net';
import { EchoError } from './errors.ts';

/** The stages, and the call behind each. */
const calls = {
  created: 'socket()',
  bound: 'bind()',
  listening: 'listen()',
  accepted: 'accept()',
  /** Accepted and closed at once because the server is full; or accept() failed because the system is out of resources. */
  dropped: 'accept()',
  connected: 'connect()',
  read: 'read()',
  written: 'write()',
  /** The peer takes bytes more slowly than we write them; a textbook's write() blocks here. */
  paused: 'write()',
  /** A FIN, by the peer or by us: no more bytes in that direction; the other stays open (RFC 9293 3.6.1). */
  'half-closed': 'shutdown()',
  closed: 'close()',
} as const;

export type Stage = keyof typeof calls;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface StageDetails {
  readonly bytes?: number;
  /** Bytes written that the system has not yet taken. */
  readonly pending?: number;
  readonly local?: Endpoint;
  readonly remote?: Endpoint;
  readonly by?: 'peer' | 'user';
  /** Why the socket was dropped or closed, if something went wrong. */
  readonly error?: Error;
}

export interface LifecycleEvent extends StageDetails {
  /** Milliseconds, by `clock`. */
  readonly at: number;
  /** `listener`, `connection 1`, `connection 2`, ..., or `client`. */
  readonly socket: string;
  readonly stage: Stage;
}

export interface ObserveOptions {
  /**
   * Sees every stage of every socket, as it happens. If it throws, the process gets one warning, and the sockets go on.
   * Without it, tracing costs nothing.
   */
  readonly observe?: ((event: LifecycleEvent) => void) | undefined;
  /** Milliseconds; default `performance.now`. */
  readonly clock?: (() => number) | undefined;
}

export type Trace = (stage: Stage, details?: StageDetails) => void;
/** The result is `undefined` without an observer, so that `trace?.(...)` does not even build its arguments. */
export type TraceOf = (socket: string) => Trace | undefined;

/** @throws EchoError `invalid-option` */
export function tracing({ observe, clock = () => performance.now() }: ObserveOptions): TraceOf {
  if (observe === undefined) return () => undefined;
  if (typeof observe !== 'function' || typeof clock !== 'function') {
    throw new EchoError('invalid-option', 'observe and clock are functions');
  }
  let hasWarned = false;
  const warn = (thrown: unknown): void => {
    if (!hasWarned) process.emitWarning(`observe threw, and the sockets go on: ${textOf(thrown)}`);
    hasWarned = true;
  };
  return (socket) => (stage, details) => {
    // Why not try and catch: a promise also catches the rejection of an async observer, which would end the process too.
    new Promise((resolve) => resolve(observe({ at: clock(), socket, stage, ...details }))).catch(warn);
  };
}

/** The text of anything that can be thrown; an object without a prototype or a revoked Proxy has none. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'something that has no text';
  }
}

export function endpoints(socket: Socket): { local: Endpoint; remote: Endpoint } {
  return {
    local: { host: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    remote: { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
  };
}

/** One event as one line: the time, the socket, the system call, and what happened. */
export function describe(event: LifecycleEvent): string {
  const { at, socket } = event;
  return `${at.toFixed(1).padStart(9)} ms  ${socket.padEnd(13)} ${callOf(event).padEnd(10)} ${whatHappened(event)}`;
}

function callOf({ stage, socket, by }: LifecycleEvent): string {
  // The peer's FIN is not a call of ours: we learn of it because read() returns 0 bytes.
  if (stage === 'half-closed' && by === 'peer') return 'read()';
  // A client calls no bind(): the kernel picks its port inside connect(), as ip(7) says.
  if (stage === 'bound' && socket === 'client') return 'connect()';
  return calls[stage];
}

function whatHappened({ stage, by, bytes, pending, local, remote, error }: LifecycleEvent): string {
  if (stage === 'half-closed') return by === 'peer' ? 'FIN received: the peer sends no more' : 'FIN sent';
  const text = [stage === 'accepted' ? 'accepted: a new socket' : (stage as string)];
  if (bytes !== undefined) text.push(`${bytes} bytes`);
  if (pending) text.push(`until ${pending} bytes more are taken`);
  if (local) text.push(formatEndpoint(local));
  if (remote) text.push(`${local ? 'with ' : ''}${formatEndpoint(remote)}`);
  if (error) text.push(`because ${error.message}`);
  return text.join(' ');
}

/** `127.0.0.1:7`, or `[::1]:7` for IPv6 (RFC 3986 3.2.2), because its colons would be ambiguous. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

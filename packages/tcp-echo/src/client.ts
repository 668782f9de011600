/** The active side: socket() and connect(), within a deadline, or until a signal says stop. RFC 9293 3.9.1.1. */
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { Connection } from './connection.ts';
import { EchoError, fromSystemError } from './errors.ts';
import { endpoints, formatEndpoint, type ObserveOptions, tracing } from './lifecycle.ts';
import { checkNames, limit, startTimer } from './limits.ts';

export type EchoClient = Connection;

export interface ConnectOptions extends ObserveOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /**
   * Cuts at any stage: before connecting, while connecting, and after. `AbortSignal.timeout(ms)` is a deadline for
   * the whole conversation. The error has the signal's reason as its cause.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to connect, name look-up included; default 10,000. */
  readonly connectDeadline?: number | undefined;
  /** Milliseconds that `close()` waits for the peer's FIN while no byte moves, in either direction; default 5,000. */
  readonly closeDeadline?: number | undefined;
}

const names = ['port', 'host', 'signal', 'connectDeadline', 'closeDeadline', 'observe', 'clock'];

/** @throws EchoError `connection-refused`, `host-not-found`, `connect-deadline`, `aborted`, `invalid-option`, ... */
export async function connect(options: ConnectOptions): Promise<EchoClient> {
  checkNames(options, names);
  const { port, host = '127.0.0.1', signal } = options;
  const connectDeadline = limit('connectDeadline', options.connectDeadline);
  const closeDeadline = limit('closeDeadline', options.closeDeadline);
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new EchoError('invalid-option', 'signal is an AbortSignal');
  }
  const aborted = () => new EchoError('aborted', 'aborted by the signal', signal?.reason);
  if (signal?.aborted) throw aborted();

  const name = formatEndpoint({ host, port });
  const trace = tracing(options)('client');
  let deadline: NodeJS.Timeout | undefined;
  try {
    const socket = connectSocket({ port, host, noDelay: true });
    trace?.('created');
    const client = new Connection(socket, name, closeDeadline, trace);
    const onAbort = () => client.destroy(aborted());
    signal?.addEventListener('abort', onAbort);
    socket.on('close', () => signal?.removeEventListener('abort', onAbort));
    deadline = startTimer(connectDeadline, () => {
      client.destroy(new EchoError('connect-deadline', `connecting took longer than ${connectDeadline} ms`));
    });
    await once(socket, 'connect');
    // The client's socket is bound too: the kernel picks the port, inside connect().
    trace?.('bound', { local: endpoints(socket).local });
    trace?.('connected', endpoints(socket));
    return client;
  } catch (error) {
    throw fromSystemError(error, name);
  } finally {
    clearTimeout(deadline);
  }
}

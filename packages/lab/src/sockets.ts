/**
 * The sockets of this machine, as Linux shows them to any program: `/proc/self/fd` says which descriptor stands for which socket,
 * and `/proc/net/tcp` and `/proc/net/udp` say which ends each one has and what state it is in. Nothing is taken from Node's
 * own objects, so what the lab says of a socket is what the kernel says. IPv4 only: all experiments are on 127.0.0.1.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Endpoint } from 'tcp-echo';

/** The states of RFC 9293 3.3.2, in the kernel's order; `CLOSED` stands for one that it does not list. */
const STATES = [
  'CLOSED',
  'ESTABLISHED',
  'SYN-SENT',
  'SYN-RECEIVED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSED',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECEIVED',
] as const;

export type TcpState = (typeof STATES)[number];

export interface SystemSocket {
  /** In the process that was asked for. undefined: it has none, as a connection that waits for accept(), or one that is closed already. */
  readonly descriptor: number | undefined;
  readonly local: Endpoint;
  /** Port 0 if there is none: a listening socket, or one of UDP that is not connected. */
  readonly remote: Endpoint;
  readonly state: TcpState;
  /** The kernel's own number of the socket: `/proc/PID/fd/DESCRIPTOR` is a link to `socket:[INODE]`. */
  readonly inode: string;
  /** Bytes that have come and that no read() has taken; of a listening socket, connections that wait for accept(). */
  readonly unread: number;
}

/** Whether this system has the two. Linux has; others do not. */
export const showsSockets: boolean = process.platform === 'linux';

/**
 * All sockets of this machine over IPv4; none where `showsSockets` is false.
 * @param pid the process whose descriptors are told
 */
export function systemSockets(
  protocol: 'tcp' | 'udp' = 'tcp',
  pid: number | 'self' = 'self',
): SystemSocket[] {
  if (!showsSockets) return [];
  const descriptors = descriptorsByInode(`/proc/${pid}/fd`);
  const [, ...lines] = readFileSync(`/proc/net/${protocol}`, 'latin1').trimEnd().split('\n');
  return lines.map((line) => {
    const [, local = '', remote = '', state = '', queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
    return {
      descriptor: descriptors.get(inode),
      local: endpointOf(local),
      remote: endpointOf(remote),
      state: STATES[Number.parseInt(state, 16)] ?? 'CLOSED',
      inode,
      unread: Number.parseInt(queues.split(':')[1] ?? '', 16),
    };
  });
}

function descriptorsByInode(folder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of namesIn(folder)) {
    const inode = /^socket:\[(\d+)\]$/.exec(targetOf(`${folder}/${name}`))?.[1];
    if (inode !== undefined) found.set(inode, Number(name));
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the process is gone, or somebody else's
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ''; // the descriptor with which the folder itself was read is gone by now
  }
}

/** `0100007F:1F90` is 127.0.0.1:8080: the address as this machine stores it, low byte first, and the port as a number. */
function endpointOf(text: string): Endpoint {
  const [address = '', port = ''] = text.split(':');
  const octets = address.match(/../g)?.reverse() ?? [];
  return {
    host: octets.map((octet) => Number.parseInt(octet, 16)).join('.'),
    port: Number.parseInt(port, 16),
  };
}

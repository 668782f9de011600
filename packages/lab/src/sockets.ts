/**
 * The sockets of this machine, as Linux shows them to any program: `/proc/self/fd` says which descriptor stands for which socket,
 * and `/proc/net/tcp` and `/proc/net/udp` say which ends each one has and what state it is in. Nothing is taken from Node's
 * own objects, so what the lab says of a socket is what the kernel says. IPv4 only: all experiments are on 127.0.0.1.
 */
import { closeSync, existsSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
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

/** Whether this system has the two. Linux has, unless its /proc is hidden; others do not. */
export const showsSockets: boolean = process.platform === 'linux' && existsSync('/proc/net/tcp');

/**
 * All sockets of this machine over IPv4; none where `showsSockets` is false.
 * @param pid the process whose descriptors are told
 */
export function systemSockets(
  protocol: 'tcp' | 'udp' = 'tcp',
  pid: number | 'self' = 'self',
): SystemSocket[] {
  if (!showsSockets) return [];
  return socketsIn(readTable(protocol).toString('latin1'), descriptorsByInode(`/proc/${pid}/fd`));
}

/**
 * The lines of a table. The kernel hands it out in pieces, and one that changes meanwhile has a socket twice: the later line
 * counts.
 */
export function socketsIn(table: string, descriptors: ReadonlyMap<string, number>): SystemSocket[] {
  const [, ...lines] = table.trimEnd().split('\n');
  const sockets = new Map<string, SystemSocket>();
  for (const line of lines) {
    const socket = socketOf(line);
    const [, ends = line] = /^ *\d+: (\S+ \S+)/.exec(line) ?? [];
    sockets.set(`${ends} ${socket.inode}`, { ...socket, descriptor: descriptors.get(socket.inode) });
  }
  return [...sockets.values()];
}

/** One line of the kernel's table; whose descriptor it is stands elsewhere. */
export type ListedSocket = Omit<SystemSocket, 'descriptor'>;

/**
 * The sockets over 127.0.0.1 with these two ports, in their order: as the kernel has them at this moment. Reads its table once, and
 * of all its lines only theirs: a machine that has just closed ten thousand connections still lists them for a minute.
 *
 * @param ports local and remote; a remote port of 0 is that of a listening socket
 */
export function listedSockets<const Ports extends readonly (readonly [local: number, remote: number])[]>(
  ...ports: Ports
): { [i in keyof Ports]: ListedSocket | undefined } {
  const table = showsSockets ? readTable('tcp') : Buffer.alloc(0);
  return ports.map(([local, remote]) => lineWith(table, local, remote)) as {
    [i in keyof Ports]: ListedSocket | undefined;
  };
}

/** In this process; undefined if it has none. */
export function descriptorOf({ inode }: ListedSocket): number | undefined {
  return descriptorsByInode('/proc/self/fd').get(inode);
}

function lineWith(table: Buffer, local: number, remote: number): ListedSocket | undefined {
  const remoteHost = remote === 0 ? '00000000' : LOOPBACK;
  // The last, if it is there twice, as above.
  const at = table.lastIndexOf(` ${LOOPBACK}:${portText(local)} ${remoteHost}:${portText(remote)} `);
  if (at === -1) return undefined;
  const start = table.lastIndexOf('\n', at) + 1;
  return socketOf(table.toString('latin1', start, table.indexOf('\n', at)));
}

/** 127.0.0.1, in the table's hexadecimal. */
const LOOPBACK = '0100007F';

function portText(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

function socketOf(line: string): ListedSocket {
  const [, local = '', remote = '', state = '', queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
  return {
    local: endpointOf(local),
    remote: endpointOf(remote),
    state: STATES[Number.parseInt(state, 16)] ?? 'CLOSED',
    inode,
    unread: Number.parseInt(queues.split(':')[1] ?? '', 16),
  };
}

/** The kernel does not say how long its table is, and gives a page of it at a time. */
function readTable(protocol: 'tcp' | 'udp'): Buffer {
  const file = openTable(protocol);
  if (file === undefined) return Buffer.alloc(0);
  try {
    let table = Buffer.allocUnsafe(64 * 1024);
    let length = 0;
    for (;;) {
      const count = readSync(file, table, length, table.length - length, null);
      if (count === 0) return table.subarray(0, length);
      length += count;
      if (table.length - length < 4096) table = Buffer.concat([table], 2 * table.length);
    }
  } finally {
    closeSync(file);
  }
}

function openTable(protocol: 'tcp' | 'udp'): number | undefined {
  try {
    return openSync(`/proc/net/${protocol}`, 'r');
  } catch {
    return undefined; // this process has no descriptors left
  }
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

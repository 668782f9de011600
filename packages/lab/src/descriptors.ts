/**
 * The sockets that a process holds, as its kernel tells them to everyone: each descriptor in `/proc/PID/fd` is a link that
 * names the socket behind it, and the tables in `/proc/PID/net` say of each socket its addresses, its state, and how many
 * bytes wait in it. Node's own objects are not asked. Only Linux has these files. See proc(5).
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface SocketDescriptor {
  /** What the program holds: an integer. */
  readonly fd: number;
  /** What it stands for, as the link says: `socket:[31337]`. */
  readonly link: string;
  /** The table that the socket is in; `other` if in none of these, such as TCP that is neither bound nor connected. */
  readonly kind: 'tcp' | 'udp' | 'unix' | 'other';
  /** `127.0.0.1:8080`; empty for a Unix socket. */
  readonly local: string;
  /** `0.0.0.0:0` if there is none. */
  readonly remote: string;
  /** TCP's own name, such as LISTEN or ESTABLISHED (RFC 9293 3.3.2); empty for others. */
  readonly state: string;
  /** Bytes that have arrived and that no read() has taken; of a listening socket, connections that wait for accept(). */
  readonly unread: number;
}

/** What the kernel's table says of one socket. */
type Entry = Omit<SocketDescriptor, 'fd' | 'link'>;

const noEntry: Entry = { kind: 'other', local: '', remote: '', state: '', unread: 0 };

/** @returns undefined if this system has no /proc, or the process is gone or somebody else's */
export function socketsOf(pid: number | 'self' = 'self'): SocketDescriptor[] | undefined {
  const links = socketLinks(pid);
  if (links === undefined) return undefined;
  const entries = new Map<string, Entry>();
  for (const name of ['tcp', 'tcp6', 'udp', 'udp6', 'unix'] as const) {
    for (const line of linesOf(`/proc/${pid}/net/${name}`)) {
      const [inode, entry] = name === 'unix' ? unixEntry(line) : inetEntry(line, name.startsWith('tcp'));
      entries.set(`socket:[${inode}]`, entry);
    }
  }
  return links.map(([fd, link]) => ({ fd, link, ...(entries.get(link) ?? noEntry) }));
}

function socketLinks(pid: number | 'self'): [fd: number, link: string][] | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder)
      .map((fd): [number, string] => [Number(fd), linkOf(`${folder}/${fd}`)])
      .filter(([, link]) => link.startsWith('socket:'))
      .sort(([a], [b]) => a - b);
  } catch {
    return undefined;
  }
}

/** A descriptor may be closed while we look, as the one is that reads this very folder. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').trimEnd().split('\n').slice(1);
  } catch {
    return []; // a kernel without IPv6 has no tcp6
  }
}

/** TCP's states in the kernel's order, from 1; see include/net/tcp_states.h. */
const states = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];

/** `  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 31337 ...` */
function inetEntry(line: string, isTcp: boolean): [inode: string, entry: Entry] {
  const [, local = '', remote = '', state = '', queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
  const entry: Entry = {
    kind: isTcp ? 'tcp' : 'udp',
    local: addressOf(local),
    remote: addressOf(remote),
    state: isTcp ? (states[Number.parseInt(state, 16) - 1] ?? state) : '',
    unread: Number.parseInt(queues.split(':')[1] ?? '0', 16),
  };
  return [inode, entry];
}

/** `ffff8880: 00000002 00000000 00010000 0001 01 31337 /run/a.sock` */
function unixEntry(line: string): [inode: string, entry: Entry] {
  return [line.trim().split(/\s+/)[6] ?? '', { ...noEntry, kind: 'unix' }];
}

/** An address stands there as 32-bit words of the machine, which are little endian on all that Node runs on but s390x. */
function addressOf(text: string): string {
  const [words = '', port = ''] = text.split(':');
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join('.')}:${number}`;
  const groups = (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
  return `[${groups.join(':')}]:${number}`;
}

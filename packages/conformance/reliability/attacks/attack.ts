/** An attack, as the lists of attacks say it: what each attacker does, on whom, and how much memory it may cost us. */

/** A string has one character for each octet. */
export type Octets = string | Uint8Array;

/** What an attacking socket does. */
export interface Assault {
  /** Sent as soon as the connection is there. */
  readonly first?: Octets;
  /** Sent again and again after it, as fast as it is taken, or once in so many milliseconds. A function makes what takes long. */
  readonly again?: { readonly bytes: Octets | (() => Octets); readonly every?: number };
  /** False: what the victim sends stays in the victim. */
  readonly reads?: boolean;
  /** TLS 1.2, and then handshakes without end. */
  readonly renegotiates?: boolean;
}

export interface Attack extends Assault {
  readonly name: string;
  /** How many attack at a time. One that is thrown out comes again. */
  readonly connections: number;
  /** MiB that our victim may hold beyond what it held before: far above what its limits add up to. */
  readonly bound: number;
  /** The most that is sent, where answering it is the work of an honest server. */
  readonly bytes?: number;
  /** The victim listens with TLS. */
  readonly isSecure?: boolean;
}

/** Who is attacked, and how one talks to them. */
export interface Target {
  readonly table: 'HTTP' | 'WebSocket';
  /** The program in `processes`. */
  readonly program: string;
  /** Ours first. */
  readonly implementations: readonly [string, string];
  readonly asking: Asking;
  /** Whether the victim is a client: what it connects to is then the attacker. */
  readonly isClient: boolean;
  readonly attacks: readonly Attack[];
}

/** What another client asks meanwhile, on a connection that it keeps. */
export interface Asking {
  readonly opening: string;
  isOpen(received: string): boolean;
  readonly question: string;
  isAnswered(received: string): boolean;
}

/** In MiB: a process's own ups and downs, such as V8's young generation and garbage that waits. */
export const PROCESS = 192;

/** @param limit MiB that so many connections may cost */
export function tlsAttacks(limit: (connections: number) => number): Attack[] {
  return [
    { name: 'half TLS handshakes', connections: 200, isSecure: true, bound: limit(200) },
    {
      name: 'TLS renegotiated over and over',
      connections: 10,
      isSecure: true,
      renegotiates: true,
      bound: limit(10),
    },
  ];
}

export function octetsOf(bytes: Octets | (() => Octets)): Uint8Array {
  const made = typeof bytes === 'function' ? bytes() : bytes;
  return typeof made === 'string' ? Buffer.from(made, 'latin1') : made;
}

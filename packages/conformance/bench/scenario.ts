/** One piece of work, given to ours, to the peers, and to the ceiling, which does no protocol work. */

export interface Scenario {
  readonly name: string;
  readonly unit: 'requests' | 'messages' | 'blocks' | 'heads' | keyof typeof LESS_IS_BETTER;
  /**
   * A server is put under load, a client asks a server that does no protocol work, a parser runs alone, a server has many
   * connections that do nothing, a fresh process imports a package.
   */
  readonly kind: 'server' | 'client' | 'parser' | 'idle' | 'import';
  readonly ours: string;
  readonly peers: readonly string[];
  /** What is said and how, as the process that runs it takes it: processes/load.ts, clients.ts, websocket-clients.ts, parse.ts. */
  readonly task: object;
  /** What the servers do, if not the usual: processes/ws.ts. */
  readonly work?: string;
  /** The process of every server, which takes a contender's name, if not one of each name. */
  readonly servers?: string;
  /** The process that puts a server under load, if not the usual: processes/load.ts. */
  readonly load?: string;
  /** The process that runs a client, if not the usual: processes/clients.ts. */
  readonly clients?: string;
  /** The major version of Node that runs those who are measured, if not the one that runs the bench. */
  readonly node?: number;
  /** Only measured where NAME says this: it takes more than a machine may have. */
  readonly onlyAs?: string;
  /** The arguments of the ceiling's process, where there is one. */
  readonly ceiling?: readonly string[];
}

/** What a figure is if it is not so many per second. */
export const LESS_IS_BETTER = {
  bytes: 'bytes of memory for each connection, less is better',
  microseconds: 'microseconds of CPU time to import it, over node alone, less is better',
};

/** Bytes as they are handed to a process: in an argument, or in a message. */
export const base64 = (bytes: string | Uint8Array): string =>
  Buffer.from(bytes as string, 'latin1').toString('base64');

/** Connections that do nothing; those after the first 2,000 are measured, see memory.ts. */
export const IDLE = 6000;

/** An implementation to be probed: something that can be started on a free port of loopback, or a client to be driven. */

export interface Implementation<Peer> {
  /** `http-mini`, `node:http`. */
  readonly name: string;
  /** Empty for our own, which are as they are in this repository; undefined: it is not installed here. */
  readonly version: string | undefined;
  /** Loads it, too: whom nobody asks about need not be installed. */
  start(): Promise<Started<Peer>>;
}

export interface Started<Peer> {
  readonly peer: Peer;
  /** Ends all of it, what is under way too. */
  close(): Promise<void>;
}

/** `node:http 20.20.2`, `http-mini`. */
export function titleOf({ name, version = '' }: Pick<Implementation<never>, 'name' | 'version'>): string {
  return version === '' ? name : `${name} ${version}`;
}

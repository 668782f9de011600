/**
 * A saboteur: a conforming peer with one rule broken. Every probe must be failed by one of them and pass on the same peer
 * unbroken, or it does not ship: a probe that nothing can fail says nothing.
 */
export interface Saboteur<Peer> {
  /** `accepts-two-hosts`. */
  readonly name: string;
  /** The id of the requirement that it breaks; probes that name this id are to fail on it. */
  readonly breaks: string;
  /** Starts one on a free port of loopback, or makes the client. */
  start(): Promise<{ readonly peer: Peer; close(): Promise<void> }>;
}

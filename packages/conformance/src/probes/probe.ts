/**
 * A probe: one question that is put to an implementation over a raw socket, so that the asker can lie. It names the
 * requirements that it is about, says what is sent, and lists every outcome that the RFC allows, which may be several. It
 * judges only what can be seen from outside: bytes, and how the connection ended.
 *
 * There are five families, by who is asked. Each has a folder with its own way to say what is sent and its own list of
 * outcomes; the runner and the reports know no more than what is written here.
 */

export type Family = 'tcp-server' | 'http-server' | 'http-client' | 'websocket-server' | 'websocket-client';

/**
 * The word of the requirement that it is mainly about, if a row says no other: a failed `must` fails the run, a `may` is told and no more.
 * `strictness`: what is sent is outside the grammar, and no sentence of the RFC says that it must be refused.
 */
export type ProbeLevel = 'must' | 'should' | 'strictness' | 'may';

/** @typeParam Peer how one reaches whom is asked: an address, or a client that can be told where to go */
export interface Probe<Peer> {
  /** `framing/te-and-cl`: a chapter and a name, unique within the family; `--only` looks here. */
  readonly name: string;
  /** Ids; the first is the one that it is mainly about. */
  readonly requirements: readonly [string, ...string[]];
  readonly level: ProbeLevel;
  /** One sentence: how the RFC is read here, or what goes wrong in the world where this is not kept. */
  readonly why: string;
  /** What the RFC allows, in words: `400 and close, or 501`. Made from the outcomes, never written beside them. */
  readonly expected: string;
  /** Asks. Never rejects for what the peer does: that is an observation. Rejects only where nobody could be reached. */
  ask(peer: Peer, terms: Terms): Promise<Finding>;
}

/** All of a probe but the asking. */
export type AboutProbe = Omit<Probe<never>, 'ask'>;

/** What the runner grants to each probe. */
export interface Terms {
  /** Milliseconds without a byte after which a peer counts as silent. */
  readonly quiet: number;
  /** Ends the probe at once. */
  readonly signal: AbortSignal;
}

export interface Finding {
  /** `not asked`: the peer lacks what the question needs (an echo, permessage-deflate); `observed` says what. */
  readonly verdict: 'held' | 'broken' | 'not asked';
  /** What was seen, in words that can be held against `expected`: `200, connection left open`. */
  readonly observed: string;
  /** Every byte of it, in order. */
  readonly transcript: readonly Passage[];
}

/** Bytes that went one way, or an end of the connection. */
export interface Passage {
  /** Milliseconds since the connection was opened. */
  readonly at: number;
  /** `sent` by the probe, `received` from the peer. */
  readonly way: 'sent' | 'received';
  /** Empty for an end. */
  readonly bytes: Uint8Array;
  readonly end?: 'half-closed' | 'closed' | 'reset';
  /** Counts from 0 where a probe opens several connections. */
  readonly connection: number;
}

/** A finding with all that a report needs. */
export interface Result {
  readonly family: Family;
  /** `http-mini`, `node:http 20.20.2`, or the address. */
  readonly implementation: string;
  readonly probe: AboutProbe;
  readonly finding: Finding;
  /** Where the break is one that is known of this implementation: the story, with clause and version. */
  readonly knownFault?: string;
  /** The command that asks this and nothing else. */
  readonly alone?: string;
}

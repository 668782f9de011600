/**
 * What is found out of a peer before probes can be judged, once for all of them: the first probe looks, on its own terms, and
 * the others wait for what it finds. If that probe is ended before, one of those that wait looks again.
 */
import type { Terms } from './probe.ts';

/** @returns finds it out, or knows it; rejects as `find` does, under the terms of the probe that asks */
export function foundOnce<Peer extends object, Found>(
  find: (peer: Peer, terms: Terms) => Promise<Found>,
): (peer: Peer, terms: Terms) => Promise<Found> {
  const looks = new WeakMap<Peer, { readonly found: Promise<Found>; readonly signal: AbortSignal }>();
  return async function ask(peer, terms): Promise<Found> {
    const look = looks.get(peer) ?? { found: find(peer, terms), signal: terms.signal };
    looks.set(peer, look);
    try {
      return await look.found;
    } catch (error) {
      if (looks.get(peer) === look) looks.delete(peer);
      if (look.signal.aborted && !terms.signal.aborted) return ask(peer, terms);
      throw error;
    }
  };
}

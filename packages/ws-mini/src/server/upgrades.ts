// Several WebSocketServers on one node:http server, each with its own path. Node hands each upgrade to every
// 'upgrade' listener, and each of our servers would answer it. So they share one listener, which finds the right one.

import { pathOf, WebSocketError } from '../wire/index.ts';
import type { NodeRequest } from './negotiation.ts';
import type { UpgradeListener, UpgradeSource } from './options.ts';

/** The servers by path; undefined stands for every path that no other server has. */
type Takers = Map<string | undefined, UpgradeListener>;

const shared = new WeakMap<UpgradeSource, { takers: Takers; listener: UpgradeListener }>();

/** @throws WebSocketError `option-invalid`: another server has that path */
export function takeUpgrades(source: UpgradeSource, path: string | undefined, take: UpgradeListener): void {
  const takers = shared.get(source)?.takers ?? share(source);
  if (takers.has(path))
    throw new WebSocketError(
      'option-invalid',
      `a WebSocketServer has ${path ?? 'all paths'} of this http server already: give each its own path`,
    );
  takers.set(path, take);
}

export function leaveUpgrades(source: UpgradeSource, path: string | undefined, take: UpgradeListener): void {
  const entry = shared.get(source);
  if (entry?.takers.get(path) !== take) return;
  entry.takers.delete(path);
  if (entry.takers.size > 0) return;
  source.off('upgrade', entry.listener);
  shared.delete(source);
}

function share(source: UpgradeSource): Takers {
  const takers: Takers = new Map();
  const listener: UpgradeListener = (request: NodeRequest, socket, head) => {
    let take = takers.get(pathOf(request.url ?? '')) ?? takers.get(undefined);
    // If there are other listeners, one of them may know the path and answer. Else one of our servers answers 404.
    if (take === undefined && source.listenerCount('upgrade') === 1) [take] = takers.values();
    take?.(request, socket, head);
  };
  source.on('upgrade', listener);
  shared.set(source, { takers, listener });
  return takers;
}

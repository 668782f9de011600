/** All targets. instrument.ts bundles this file, with branches counted and with what the packages keep to themselves. */
import { explainTargets } from './explaining.ts';
import { grammarTargets } from './grammars.ts';
import { httpTargets } from './http.ts';
import type { Internals } from './internals.ts';
import { placeTargets } from './places.ts';
import type { Target } from './target.ts';
import { webSocketTargets } from './websocket.ts';

export function targetsWith(internals: Internals): readonly Target[] {
  return [
    ...httpTargets,
    ...webSocketTargets(internals),
    ...grammarTargets,
    ...placeTargets(internals),
    ...explainTargets,
  ];
}

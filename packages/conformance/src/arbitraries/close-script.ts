/** What two WebSocket ends may do until their connection is over, in any order: law 9. */
import fc from 'fast-check';
import { anyPieces, type Pieces } from './pieces.ts';

export type Side = 'client' | 'server';

export type CloseStep =
  | { readonly do: 'send' | 'ping'; readonly side: Side }
  | { readonly do: 'close'; readonly side: Side; readonly code: number }
  /** Some turns of the event loop, in which bytes travel. */
  | { readonly do: 'wait'; readonly turns: number }
  /** Ends the connection without a Close. */
  | { readonly do: 'destroy'; readonly side: Side }
  /** A FIN, or bytes that are no frame, put on the way to that side. */
  | { readonly do: 'fin' | 'garbage'; readonly side: Side };

export interface CloseScript {
  readonly steps: readonly CloseStep[];
  readonly up: Pieces;
  readonly down: Pieces;
}

const side = fc.constantFrom<Side>('client', 'server');
const peaceful: fc.MaybeWeightedArbitrary<CloseStep>[] = [
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('send' as const, 'ping' as const), side }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      side,
      code: fc.constantFrom(1000, 3000, 3001, 4000, 4999),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 12 }) }),
  },
];
const violent: fc.MaybeWeightedArbitrary<CloseStep> = {
  weight: 1,
  arbitrary: fc.record({ do: fc.constantFrom('destroy' as const, 'fin' as const, 'garbage' as const), side }),
};

const scriptOf = (steps: fc.MaybeWeightedArbitrary<CloseStep>[]): fc.Arbitrary<CloseScript> =>
  fc.record({ steps: fc.array(fc.oneof(...steps), { maxLength: 12 }), up: anyPieces, down: anyPieces });

export const anyCloseScript: fc.Arbitrary<CloseScript> = scriptOf([...peaceful, violent]);
/** Without what ends a connection other than by a Close. */
export const anyPeacefulCloseScript: fc.Arbitrary<CloseScript> = scriptOf(peaceful);

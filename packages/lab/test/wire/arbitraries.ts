/** Recordings as tests make them: those of the catalogue, whole and damaged, and bytes at random. */
import fc from 'fast-check';
import { CATALOGUE } from '../../src/wire/catalogue.ts';
import { type Recording, recut } from '../../src/wire/recording.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const side = fc.constantFrom('client' as const, 'server' as const);
const whole = fc.constantFrom(...CATALOGUE.filter(({ isUdp }) => !isUdp));

/** One passage of an exchange with some of its bytes replaced. */
const damaged: fc.Arbitrary<Recording> = fc
  .tuple(whole, fc.nat(), fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 3 }))
  .map(([{ begins, passages }, which, where, removed, by]) => ({
    begins,
    passages: passages.map((passage, i) => {
      if (i !== which % passages.length) return passage;
      const at = where % (passage.bytes.length + 1);
      const changed = [...passage.bytes];
      changed.splice(at, removed, ...by);
      return { ...passage, bytes: Uint8Array.from(changed) };
    }),
  }));

const random: fc.Arbitrary<Recording> = fc.record({
  begins: fc.constantFrom('http' as const, 'frames' as const),
  passages: fc.array(fc.record({ from: side, bytes }), { maxLength: 6 }),
});

export const recordings: fc.Arbitrary<Recording> = fc.oneof(damaged, whole, random);

/** A recording, and the same cut otherwise. */
export const cutTwice: fc.Arbitrary<[Recording, Recording]> = fc
  .tuple(recordings, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }))
  .map(([recording, sizes]) => {
    let next = 0;
    return [recording, recut(recording, () => sizes[next++ % sizes.length]!)];
  });

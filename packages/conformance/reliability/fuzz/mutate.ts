/** Makes an input out of others: a few changes, each small, at places that are drawn. */
import type { Random } from '../random.ts';
import { texts } from '../texts.ts';

/** Bytes of the largest input that mutation makes. */
const LARGEST = 1024;

/** At the edges of what one, two and four bytes hold, and of lengths in frames. */
const EDGES = [0, 1, 9, 10, 13, 32, 34, 44, 58, 92, 125, 126, 127, 128, 254, 255];
const NUMBERS = texts('0|1|-1|10|7f|ff|125|126|127|255|256|65535|65536|4294967296');

/** @param other an input to splice with */
export function mutate(
  input: Uint8Array,
  other: Uint8Array,
  words: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let bytes = input;
  // Mostly one or two changes: of many at once, hardly any input is still read to its end.
  for (let left = 1 + Math.min(random.below(4), random.below(8)); left > 0; left--)
    bytes = change(bytes, other, words, random);
  if (bytes.length === 0) return Uint8Array.of(random.next()); // the first byte chooses the options
  return bytes.length > LARGEST ? bytes.slice(0, LARGEST) : bytes;
}

function change(
  bytes: Uint8Array,
  other: Uint8Array,
  words: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  const at = random.below(bytes.length + 1);
  switch (random.below(bytes.length === 0 ? 3 : 14)) {
    case 0:
    case 1:
    case 2:
      return joined(bytes, at, at, random.pick(words));
    case 3:
      return joined(bytes, at, at + random.below(8), random.pick(words));
    case 4:
      return joined(bytes, at, at, random.bytes(1 + random.below(4)));
    case 5: {
      const copy = bytes.slice();
      copy[random.below(copy.length)]! ^= 1 << random.below(8);
      return copy;
    }
    case 6: {
      const copy = bytes.slice();
      copy[random.below(copy.length)] = random.once(2) ? random.pick(EDGES) : random.next();
      return copy;
    }
    case 7: {
      const copy = bytes.slice();
      copy[random.below(copy.length)]! += random.once(2) ? 1 : -1;
      return copy;
    }
    case 8: // delete
      return joined(bytes, at, at + 1 + random.below(random.once(4) ? 64 : 4), NOTHING);
    case 9: {
      // duplicate, once or several times
      const part = bytes.subarray(at, at + 1 + random.below(32));
      let result = bytes;
      for (let times = random.once(8) ? random.below(40) : 1; times > 0; times--)
        result = joined(result, at, at, part);
      return result;
    }
    case 10: // splice: the begin of this one, the end of the other
      return joined(bytes, at, bytes.length, other.subarray(random.below(other.length + 1)));
    case 11: {
      // a part of the other
      const from = random.below(other.length + 1);
      return joined(bytes, at, at, other.subarray(from, from + random.below(48)));
    }
    case 12:
      return withNumber(bytes, at, random);
    default: // cut short
      return bytes.slice(0, random.once(3) ? at : Math.max(0, bytes.length - 1 - random.below(8)));
  }
}

const NOTHING = new Uint8Array(0);
const NUMBER_BYTES = NUMBERS.map((number) => Uint8Array.from(Buffer.from(number)));

/** Another number in the place of the digits behind `at`. */
function withNumber(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  let start = at;
  while (start < bytes.length && !isDigit(bytes[start]!)) start++;
  let end = start;
  while (end < bytes.length && isDigit(bytes[end]!)) end++;
  return joined(bytes, start, end, random.pick(NUMBER_BYTES));
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** `bytes` with `part` in the place of those from `start` to `end`. */
function joined(bytes: Uint8Array, start: number, end: number, part: Uint8Array): Uint8Array {
  const rest = Math.min(end, bytes.length);
  const result = new Uint8Array(start + part.length + bytes.length - rest);
  result.set(bytes.subarray(0, start));
  result.set(part, start);
  result.set(bytes.subarray(rest), start + part.length);
  return result;
}

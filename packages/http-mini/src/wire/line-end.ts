/**
 * The end of a line: CR LF, and nothing else unless asked for (RFC 9112 2.2). Where one recipient sees a line end and
 * another does not, what one reads as a value is a field to the other.
 */
import { CR, LF } from './characters.ts';
import type { Section } from './section.ts';

/** The answer of a reader whose bytes end too early. */
export const MORE = -1;

/** The answer where something other than a line end stands. */
export const NO_LINE_END = -2;

/** The place after the line end at `at`, or MORE, or NO_LINE_END. */
export function readLineEnd(bytes: Uint8Array, at: number, end: number, section: Section): number {
  if (at === end) return MORE;
  if (bytes[at] === CR) {
    if (at + 1 === end) return MORE;
    if (bytes[at + 1] === LF) return at + 2;
    throw section.error('bare-carriage-return', 'a CR that no LF follows', at); // rfc9112/2.2/bare-cr
  }
  if (bytes[at] !== LF) return NO_LINE_END;
  if (section.rules.lenient.bareLineFeed) return at + 1; // rfc9112/2.2/bare-lf
  throw section.error('bare-line-feed', 'a line ends in LF alone, without CR', at);
}

/**
 * explain: every byte of HTTP messages with its field, its value and the section of the RFC that says so. The places are
 * the ones that the real parser reports (`Trace`, its events, its error); there is no second parser here that could see
 * something else. Any cut of the bytes gives the same (test: `law 1: http-mini explain`), and the fields cover every byte
 * exactly once (test: `law 3: http-mini explain`). RFC 9110, RFC 9112. No I/O: it runs in a browser.
 */
import { Explainer, type ExplainOptions, type Explanation } from './explain/explainer.ts';
import { latin1 } from './wire/characters.ts';

export type { ExplainOptions, Explanation } from './explain/explainer.ts';
export { type FormatOptions, formatExplanation } from './explain/format.ts';
export type { ExplainedField } from './explain/ledger.ts';
export { printable, printableLines } from './explain/printable.ts';

/**
 * Explains the bytes of one side of a connection from its beginning: any number of messages, the last one perhaps not
 * complete. Never throws for what is in the bytes.
 * @param bytes whole, or in pieces
 */
export function explain(bytes: Uint8Array | Iterable<Uint8Array>, options: ExplainOptions = {}): Explanation {
  // Not `instanceof`: bytes may be of another realm.
  const pieces = ArrayBuffer.isView(bytes) ? [bytes as Uint8Array] : [...bytes];
  const text = pieces.map((piece) => latin1(piece, 0, piece.length)).join('');
  const kind = options.kind ?? (text.startsWith('HTTP/') ? 'response' : 'request');
  return new Explainer(text, kind, options).explain(pieces);
}

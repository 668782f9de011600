/**
 * explain-mini: every byte of HTTP/1.1 and WebSocket with its field, its value, the section of the RFC that says so, and why
 * it is there, in English and in Korean. The places are those that the parsers of http-mini and ws-mini report, so no second
 * parser can see something else. Any cut of the bytes gives the same fields (test: `law 1: explain`), and they cover every
 * byte exactly once (test: `law 3: explain`). No I/O: it runs in a browser.
 */
import { FRAME_TERMS } from './frame-terms.ts';
import { VALUE_TERMS } from './header-fields.ts';
import { MESSAGE_TERMS, type Term } from './terms.ts';

export { whyOf } from './broken-rules.ts';
export { type CloseCode, closeCode } from './close-codes.ts';
export { ConnectionExplainer, explainConnection, type Passage } from './connection.ts';
export type { CommonOptions, Explanation, Offer, Side } from './direction.ts';
export { type ExplainOptions, explain } from './explain.ts';
export { type FormatOptions, formatConnection, formatExplanation } from './format.ts';
export type { ExplainedField } from './ledger.ts';
export { printable, printableLines } from './printable.ts';
export type { Term } from './terms.ts';
export type { Language, Text } from './text.ts';

/** All that a field can be: the `term` of each field is the `id` of one of them. */
export const terms: readonly Term[] = [...MESSAGE_TERMS, ...VALUE_TERMS, ...FRAME_TERMS];

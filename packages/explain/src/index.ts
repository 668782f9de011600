/**
 * explain-mini: every byte of HTTP/1.1 and WebSocket with its field, its value, the section of the RFC that says so, and why
 * it is there. The places are the ones that the real parsers report (http-mini's and ws-mini's); there is no second parser
 * here that could see something else. Any cut of the bytes gives the same (test: `law 1: explain`), and the fields cover
 * every byte exactly once (test: `law 3: explain`). No I/O: it runs in a browser.
 */
export { ConnectionExplainer, explainConnection, type Passage } from './connection.ts';
export type { CommonOptions, Explanation, Offer, Side } from './direction.ts';
export { type ExplainOptions, explain } from './explain.ts';
export { type FormatOptions, formatConnection, formatExplanation } from './format.ts';
export type { ExplainedField } from './ledger.ts';
export { printable, printableLines } from './printable.ts';

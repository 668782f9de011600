/**
 * llhttp, the parser of node:http and of undici, as undici brings it: compiled to WebAssembly. It reads from its own memory, and
 * its callbacks get the address and the length there of each piece.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const constants = require('undici/lib/llhttp/constants.js') as {
  TYPE: { REQUEST: number; RESPONSE: number };
  METHODS: Record<string, number>;
  ERROR: Record<string, number>;
};
export const METHOD_OF: ReadonlyMap<number, string> = namesIn(constants.METHODS);
export const ERROR_OF: ReadonlyMap<number, string> = namesIn(constants.ERROR);

function namesIn(numbers: Record<string, number>): Map<number, string> {
  return new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
}

/** Node has both, and neither is in the types that are loaded here. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: object };
};

export interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  free(at: number): void;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_get_method(parser: number): number;
  llhttp_get_status_code(parser: number): number;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
  llhttp_finish(parser: number): number;
  llhttp_execute(parser: number, at: number, length: number): number;
}

/** What llhttp calls, with its parser, an address and a length; 0 tells it to go on. */
type Callbacks = Record<`wasm_on_${string}`, (parser: number, at: number, length: number) => number>;

export function loadLlhttp(callbacks: Callbacks): Llhttp {
  const module = new WebAssembly.Module(require('undici/lib/llhttp/llhttp_simd-wasm.js'));
  return new WebAssembly.Instance(module, { env: callbacks }).exports as Llhttp;
}

/** Every Buffer has `latin1Slice`, and its types do not know. */
export type Latin1 = Buffer & { latin1Slice(start: number, end: number): string };

// llhttp as undici brings it: compiled to WebAssembly. It is fed as undici feeds it, by a copy into its memory, and its
// callbacks cut the strings out of the bytes that it was given.
import { createRequire } from 'node:module';
import { measureParsing } from './parse.ts';

const require = createRequire(import.meta.url);
const constants = require('undici/lib/llhttp/constants.js') as {
  TYPE: { REQUEST: number };
  METHODS: Record<string, number>;
};
const METHOD_OF = new Map(Object.entries(constants.METHODS).map(([name, number]) => [number, name]));

/** Node has both, and neither is in the types that are loaded here. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: object };
};
type Latin1 = Buffer & { latin1Slice(start: number, end: number): string };

let bytes: Latin1;
let base = 0;
let method = '';
let target = '';
let fields: [string, string][] = [];
let name = '';

const text = (at: number, length: number): string => bytes.latin1Slice(at - base, at - base + length);
const env = {
  wasm_on_message_begin: () => 0,
  wasm_on_status: () => 0,
  wasm_on_url(_: number, at: number, length: number) {
    target = text(at, length);
    return 0;
  },
  wasm_on_header_field(_: number, at: number, length: number) {
    name = text(at, length);
    return 0;
  },
  wasm_on_header_value(_: number, at: number, length: number) {
    fields.push([name, text(at, length)]);
    return 0;
  },
  wasm_on_headers_complete() {
    method = METHOD_OF.get(llhttp.llhttp_get_method(parser))!;
    return 0;
  },
  wasm_on_body: () => 0,
  wasm_on_message_complete: () => 0,
};
const module = new WebAssembly.Module(require('undici/lib/llhttp/llhttp_simd-wasm.js'));
const llhttp = new WebAssembly.Instance(module, { env }).exports as {
  memory: { buffer: ArrayBuffer };
  malloc(size: number): number;
  llhttp_alloc(type: number): number;
  llhttp_get_method(parser: number): number;
  llhttp_execute(parser: number, at: number, length: number): number;
};
const parser = llhttp.llhttp_alloc(constants.TYPE.REQUEST);
base = llhttp.malloc(4096);
const input = new Uint8Array(llhttp.memory.buffer, base, 4096);

measureParsing((given) => {
  bytes = given as Latin1;
  fields = [];
  input.set(given);
  const error = llhttp.llhttp_execute(parser, base, given.length);
  if (error !== 0) throw new Error(`llhttp refused the head: error ${error}`);
  return { method, target, fields };
});

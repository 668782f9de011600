// llhttp as undici brings it. It is fed as undici feeds it, by a copy into its memory, and its
// callbacks cut the strings out of the bytes that it was given.
import { constants, type Latin1, type Llhttp, loadLlhttp, METHOD_OF } from '../../src/peers/llhttp.ts';
import { measureParsing } from './parse.ts';

let bytes: Latin1;
let base = 0;
let method = '';
let target = '';
let fields: [string, string][] = [];
let name = '';

const text = (at: number, length: number): string => bytes.latin1Slice(at - base, at - base + length);
const llhttp: Llhttp = loadLlhttp({
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
});
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

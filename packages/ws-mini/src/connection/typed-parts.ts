// The parts of one message, as its type wants them: those of a text are strings, even if they are given as bytes, and the
// others are bytes. A cut between two parts of bytes may lie within a character; no cut between two fragments of ours does,
// although one may (RFC 6455 5.6).

import { encodeUtf8, WebSocketError } from '../wire/index.ts';

export class TypedParts {
  readonly #type: 'text' | 'binary';
  /** Made for the first part of a text that comes as bytes; it holds half of a character until the other half comes. */
  #decoder: InstanceType<typeof TextDecoder> | undefined;

  constructor(type: 'text' | 'binary') {
    this.#type = type;
  }

  /** @throws WebSocketError `data-not-supported`: bytes that are to be text must be UTF-8 */
  next(part: string | Uint8Array, last: boolean): string | Uint8Array {
    if (this.#type === 'binary') return typeof part === 'string' ? encodeUtf8(part) : part;
    if (typeof part === 'string' && this.#decoder === undefined) return part;
    this.#decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    try {
      return this.#decoder.decode(typeof part === 'string' ? encodeUtf8(part) : part, { stream: !last });
    } catch (cause) {
      throw new WebSocketError('data-not-supported', 'bytes that are sent as text must be UTF-8', { cause });
    }
  }
}

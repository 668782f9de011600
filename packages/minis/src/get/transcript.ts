/**
 * Transcript: what `observe` sees while one request is made, and those that redirects ask for: the heads of the responses,
 * and the bytes of each connection in both directions, to be explained.
 */
import { explain, formatExplanation, type Side } from 'explain-mini';
import type { ClientEvent } from 'http-mini';
import type { ResponseHead } from 'http-mini/wire';

/** Bytes that are kept of each direction: an explanation is many times as long. */
const MAX_KEPT = 1024 * 1024;

class Direction {
  readonly pieces: Uint8Array[] = [];
  size = 0;
  /** Bytes that came later and are not kept. */
  dropped = 0;

  add(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, MAX_KEPT - this.size);
    if (kept.length > 0) this.pieces.push(kept);
    this.size += kept.length;
    this.dropped += bytes.length - kept.length;
  }
}

interface Connection {
  readonly methods: string[];
  readonly sent: Direction;
  readonly received: Direction;
}

export class Transcript {
  /** Whether a request has been sent. */
  isBegun = false;
  /** The heads of all responses so far, as they came; one character for each octet. */
  heads = '';
  readonly #keepsBytes: boolean;
  readonly #connections = new Map<number, Connection>();

  constructor(keepsBytes: boolean) {
    this.#keepsBytes = keepsBytes;
  }

  readonly observe = (event: ClientEvent): void => {
    if (event.type === 'request') {
      this.isBegun = true;
      this.#connection(event.connection).methods.push(event.method);
    } else if (event.type === 'response') {
      this.heads += headText(event.head);
    } else if (this.#keepsBytes && (event.type === 'sent' || event.type === 'received')) {
      this.#connection(event.connection)[event.type].add(event.bytes);
    }
  };

  #connection(number: number): Connection {
    let connection = this.#connections.get(number);
    if (connection === undefined) {
      connection = { methods: [], sent: new Direction(), received: new Direction() };
      this.#connections.set(number, connection);
    }
    return connection;
  }

  /** @param isWhole whether the last response came to its end, so that no byte is missing */
  explained(isWhole: boolean): string {
    let text = '';
    let place = 0;
    for (const { methods, sent, received } of this.#connections.values()) {
      const name = this.#connections.size === 1 ? '' : ` (connection ${++place})`;
      text += `→ ${count(sent)} sent${name}\n${explained(sent, 'client', methods, isWhole)}`;
      text += `← ${count(received)} received${name}\n${explained(received, 'server', methods, isWhole)}`;
    }
    return text;
  }
}

function count({ size, dropped }: Direction): string {
  const bytes = size + dropped;
  return `${bytes} byte${bytes === 1 ? '' : 's'}`;
}

function explained(
  { pieces, dropped }: Direction,
  from: Side,
  methods: readonly string[],
  isWhole: boolean,
): string {
  if (pieces.length === 0) return '';
  const explanation = explain(pieces, { from, begins: 'http', ...(from === 'server' && { methods }) });
  if (dropped > 0) {
    return `${formatExplanation({ ...explanation, awaits: undefined })}          … ${dropped} more bytes, not explained\n`;
  }
  return formatExplanation(isWhole ? { ...explanation, awaits: undefined } : explanation);
}

function headText({ version, status, reason, fields }: ResponseHead): string {
  let text = `HTTP/${version} ${status} ${reason}\r\n`;
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

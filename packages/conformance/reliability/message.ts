/** What a parser made of a stream of bytes, message by message, in a form in which two parsers can be compared. */
import {
  HttpError,
  type HttpErrorCode,
  type ParserOptions,
  RequestParser,
  ResponseParser,
} from 'http-mini/wire';
import type { Field } from '../src/arbitraries/http.ts';

export type Side = 'request' | 'response';

/** Bytes are given one character for each. */
export interface Message {
  /** Method, target and version; or version, status and reason. */
  readonly start: string[];
  readonly fields: Field[];
  content: string;
  trailers: Field[];
  /** Its end has been seen. */
  isComplete: boolean;
}

export interface Reading {
  readonly messages: readonly Message[];
  /** The rule that was broken behind them; undefined if the bytes went no further. */
  readonly error: string | undefined;
}

/** Interim responses are messages as well. Every response is one to GET. */
export function readByMini(
  side: Side,
  bytes: Uint8Array,
  options: ParserOptions = {},
): Reading & { readonly error: HttpErrorCode | undefined } {
  const messages: Message[] = [];
  const parser = side === 'request' ? new RequestParser(options) : new ResponseParser(options);
  parser.receive(bytes);
  try {
    for (;;) {
      const isBetween =
        messages.length === 0 || (messages.at(-1)!.isComplete && !isInterim(messages.at(-1)!));
      if (parser instanceof ResponseParser && parser.unread > 0 && isBetween) parser.expect('GET');
      const event = parser.next();
      const last = messages.at(-1)!;
      if (event === undefined) {
        if (parser.end() !== undefined) last.isComplete = true; // content until close
        break;
      }
      if (event.type === 'content') last.content += Buffer.from(event.bytes).toString('latin1');
      else if (event.type === 'end')
        Object.assign(last, { isComplete: true, trailers: [...(event.trailers ?? [])] });
      else if (event.type !== 'chunk-extensions') {
        const start =
          'method' in event
            ? [event.method, event.target, event.version]
            : [event.version, `${event.status}`, event.reason];
        const switches = start[1] === '101';
        const isComplete = switches || event.type === 'information';
        messages.push({ start, fields: [...event.fields], content: '', trailers: [], isComplete });
        if (switches) break; // RFC 9110 7.8: what follows is not HTTP
      }
    }
    return { messages, error: undefined };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { messages, error: error.code };
  }
}

function isInterim({ start }: Message): boolean {
  return start[1]!.length === 3 && start[1]![0] === '1';
}

/** What packages keep to themselves and is fuzzed all the same: found by its file, see instrument.ts, and described here. */
import type { Fields, FieldsInit } from 'http-mini/wire';
import type { Extension, HandshakeHead, OpeningRequest, WebSocketError } from 'ws-mini/wire';

export interface NegotiationSettings {
  readonly deflate: Readonly<Record<string, unknown>> | undefined;
  readonly protocols?: readonly string[];
  readonly path?: string;
  readonly origins?: readonly string[];
  readonly scheme?: 'http' | 'https';
  readonly headers?: FieldsInit;
  readonly verify?: () => boolean | { status: number; headers?: Record<string, string> };
}

export interface Agreement {
  readonly request: OpeningRequest;
  readonly protocol: string;
  readonly extensions: readonly Extension[];
  readonly fields: readonly [string, string][];
}

export interface Hop {
  readonly url: URL;
  readonly options: {
    readonly method?: string;
    readonly target?: string;
    readonly headers?: FieldsInit;
    readonly body?: string | undefined;
  };
}

export interface Internals {
  /** ws-mini/src/server/negotiation.ts */
  negotiate(
    head: HandshakeHead,
    settings: NegotiationSettings,
    isSecured: boolean,
  ): Agreement | WebSocketError;
  encodeRefusal(error: WebSocketError, methodIsHead: boolean): Uint8Array;
  /** http-mini/src/client/redirect.ts. @throws HttpError */
  nextHop(hop: Hop, response: { status: number; headers: Fields }): Hop;
  /** minis/src/serve/file-path.ts */
  namesIn(path: string): string[] | undefined;
  /** minis/src/serve/selection.ts */
  parseRange(
    value: string | undefined,
    size: number,
  ): { start: number; end: number } | 'unsatisfiable' | undefined;
  isRangeWanted(fields: Fields, current: { etag: string; lastModified: number }, now: number): boolean;
  evaluatePreconditions(
    fields: Fields,
    current: { etag: string; lastModified: number },
    now: number,
  ): 'go on' | 304 | 412;
}

/** Of the names above, where each is. */
export const PLACES: Readonly<Record<string, string>> = {
  'negotiate, encodeRefusal': 'ws-mini/src/server/negotiation.ts',
  nextHop: 'http-mini/src/client/redirect.ts',
  namesIn: 'minis/src/serve/file-path.ts',
  'parseRange, isRangeWanted, evaluatePreconditions': 'minis/src/serve/selection.ts',
};

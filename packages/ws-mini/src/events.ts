// The event classes of the WHATWG interface. MessageEvent is Node's own; CloseEvent came to Node with
// version 23 only, and is ours before that. The 'error' event is a plain Event in WHATWG's text, which
// says nothing to a program that wants to know why; so it carries the error as well.

import type { WebSocketError } from './wire/index.ts';

export interface CloseEventFields {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;
}

type CloseEventInit = Partial<CloseEventFields> & ConstructorParameters<typeof Event>[1];

class OwnCloseEvent extends Event implements CloseEventFields {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;

  constructor(type: string, init: CloseEventInit = {}) {
    super(type, init);
    this.wasClean = init.wasClean ?? false;
    this.code = init.code ?? 0;
    this.reason = init.reason ?? '';
  }
}

export type CloseEvent = Event & CloseEventFields;

export const CloseEvent: new (type: string, init?: CloseEventInit) => CloseEvent =
  (globalThis as unknown as { CloseEvent?: typeof OwnCloseEvent }).CloseEvent ?? OwnCloseEvent;

export class ErrorEvent extends Event {
  readonly error: WebSocketError;
  readonly message: string;

  constructor(error: WebSocketError) {
    super('error');
    this.error = error;
    this.message = error.message;
  }
}

// The events of the WHATWG interface. Node has CloseEvent only from version 23 on; before that we use our own. WHATWG's
// 'error' event is a plain Event, which does not say what went wrong; ours also carries the error. message-event.ts has
// the event of a message.

import type { WebSocketError } from '../wire/index.ts';
import { defineInterface, toDictionary, toUsvText } from '../wire/web-idl.ts';

export interface CloseEventFields {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;
}

type CloseEventInit = Partial<CloseEventFields> & ConstructorParameters<typeof Event>[1];

class OwnCloseEvent extends Event implements CloseEventFields {
  readonly #wasClean: boolean;
  readonly #code: number;
  readonly #reason: string;

  constructor(type: string, init: CloseEventInit | undefined = undefined) {
    // biome-ignore lint/complexity/noArguments: nothing else tells a call without an argument from one with undefined
    if (arguments.length === 0) throw new TypeError('a CloseEvent needs a type');
    super(type, init);
    const { wasClean, code, reason = '' } = toDictionary(init, 'CloseEventInit');
    this.#wasClean = Boolean(wasClean);
    // Web IDL converts to unsigned short modulo 65536.
    this.#code = Number(code) & 0xffff;
    this.#reason = toUsvText(reason);
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }
}
defineInterface(OwnCloseEvent.prototype, 'CloseEvent');

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

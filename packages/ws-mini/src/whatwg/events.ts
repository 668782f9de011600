// The events of the WHATWG interface, and the attributes `onopen` and so on. Node has CloseEvent only from version 23 on;
// before that we use our own. WHATWG's 'error' event is a plain Event, which does not say what went wrong; ours also
// carries the error. message-event.ts has the event of a message.

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

/** An event handler among the listeners of its target. Web IDL keeps an object that is not a function, but never calls it. */
class Handler {
  value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  handleEvent(event: Event): void {
    if (typeof this.value === 'function') this.value.call(event.currentTarget, event);
  }
}

/**
 * Gives a class the attributes `onopen` and so on (HTML 8.1.8.1).
 *
 * @param check throws a TypeError if the target is not an object of the class
 */
export function defineHandlers(
  prototype: EventTarget,
  types: readonly string[],
  check: (target: EventTarget) => void,
): void {
  for (const type of types) {
    const name = `on${type}`;
    const handlers = new WeakMap<EventTarget, Handler>();
    // Why an object literal: it gives the functions their names, "get onopen" and "set onopen".
    const attribute = {
      get [name](): unknown {
        const target = this as unknown as EventTarget;
        check(target);
        return handlers.get(target)?.value ?? null;
      },
      set [name](value: unknown) {
        const target = this as unknown as EventTarget;
        check(target);
        const isHandler = typeof value === 'function' || (typeof value === 'object' && value !== null);
        const handler = handlers.get(target) ?? new Handler(value);
        // A new value takes the place of the old one among the listeners; without a value, the place is lost.
        handler.value = value;
        if (isHandler) {
          handlers.set(target, handler);
          target.addEventListener(type, handler);
        } else {
          handlers.delete(target);
          target.removeEventListener(type, handler);
        }
      },
    };
    Object.defineProperty(prototype, name, Object.getOwnPropertyDescriptor(attribute, name)!);
  }
}

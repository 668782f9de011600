// The events of the WHATWG interface, and the attributes `onopen` and so on. A message is a MessageEvent of Node's.
// Node has CloseEvent only from version 23 on; before that we use our own. WHATWG's 'error' event is a plain Event,
// which does not say what went wrong; ours also carries the error.

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

/**
 * A MessageEvent by its prototype. Why not call its constructor: from Node 22 on that converts every possible member of
 * its init, which takes longer than all other work for a small message (`websocket.test.ts`, "have the classes").
 */
class ReceivedMessage extends Event {
  readonly #data: unknown;
  readonly #origin: string;

  constructor(data: unknown, origin: string) {
    super('message');
    this.#data = data;
    this.#origin = origin;
  }

  get data(): unknown {
    return this.#data;
  }

  get origin(): string {
    return this.#origin;
  }

  get lastEventId(): string {
    return '';
  }

  get source(): null {
    return null;
  }

  get ports(): readonly never[] {
    return noPorts;
  }
}
const noPorts: readonly never[] = Object.freeze([]);

let isMessageEvent = false;

export function messageEvent(data: unknown, origin: string): Event {
  if (!isMessageEvent) becomeMessageEvent();
  return new ReceivedMessage(data, origin);
}

/** Called with the first message, not before: from Node 22 on, reading the name MessageEvent loads undici, which is slow. */
function becomeMessageEvent(): void {
  isMessageEvent = true;
  const { prototype } = ReceivedMessage;
  Object.setPrototypeOf(prototype, MessageEvent.prototype);
  Object.defineProperty(prototype, 'constructor', { value: MessageEvent });
  // Web IDL's members are enumerable. Ours hide MessageEvent's, so without this `for (const name in event)` gives neither.
  for (const name of ['data', 'origin', 'lastEventId', 'source', 'ports'])
    Object.defineProperty(prototype, name, { enumerable: true });
}

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

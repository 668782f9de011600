// The events of the WHATWG interface, and the attributes that hear them. A message's is a MessageEvent of Node's;
// CloseEvent came to Node with version 23 only, and is ours before that. The 'error' event is a plain Event
// in WHATWG's text, which says nothing to a program that wants to know why; so it carries the error as well.

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
    // Web IDL's unsigned short: modulo 65536.
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
 * A MessageEvent by its prototype, and not made by its constructor: from Node 22 on that converts all that an init
 * could have, which takes longer than all else that is done for a small message (`websocket.test.ts`, "have the classes").
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

/** With the first message: from Node 22 on, to name MessageEvent loads Node's undici, which takes some ten milliseconds. */
function becomeMessageEvent(): void {
  isMessageEvent = true;
  const { prototype } = ReceivedMessage;
  Object.setPrototypeOf(prototype, MessageEvent.prototype);
  Object.defineProperty(prototype, 'constructor', { value: MessageEvent });
  // As Web IDL has it: `for (const name in event)` would not even give those of MessageEvent, which these hide.
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

interface Entry {
  handler: unknown;
  readonly listener: (event: Event) => void;
}

/**
 * Gives a class the attributes `onopen` and so on (HTML 8.1.8.1).
 *
 * @param check throws a TypeError for what is no object of the class
 */
export function defineHandlers(
  prototype: EventTarget,
  types: readonly string[],
  check: (target: EventTarget) => void,
): void {
  for (const type of types) {
    const name = `on${type}`;
    const entries = new WeakMap<EventTarget, Entry>();
    // An object literal, as it names the functions: "get onopen" and "set onopen".
    const attribute = {
      get [name](): unknown {
        const target = this as unknown as EventTarget;
        check(target);
        return entries.get(target)?.handler ?? null;
      },
      set [name](handler: unknown) {
        const target = this as unknown as EventTarget;
        check(target);
        setHandler(target, type, entries, handler);
      },
    };
    Object.defineProperty(prototype, name, Object.getOwnPropertyDescriptor(attribute, name)!);
  }
}

/** A handler keeps its place among the listeners when it is replaced, and loses it when it is removed. */
function setHandler(
  target: EventTarget,
  type: string,
  entries: WeakMap<EventTarget, Entry>,
  handler: unknown,
): void {
  const current = entries.get(target);
  // An object that cannot be called is kept and not called, as Web IDL has it.
  if (typeof handler === 'function' || (typeof handler === 'object' && handler !== null)) {
    if (current !== undefined) {
      current.handler = handler;
      return;
    }
    const entry: Entry = {
      handler,
      listener: (event) => {
        if (typeof entry.handler === 'function') entry.handler.call(target, event);
      },
    };
    entries.set(target, entry);
    target.addEventListener(type, entry.listener);
  } else if (current !== undefined) {
    entries.delete(target);
    target.removeEventListener(type, current.listener);
  }
}

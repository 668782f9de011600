// An EventEmitter that takes a browser's listeners too: by `addEventListener`, `onmessage` and so on. Each of them is a
// listener of the EventEmitter, and gets one event made of the values that Node's listeners get.

import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { defineHandlers } from '../whatwg/handlers.ts';

/** What an event has beside `type` and `target`, by its type. */
const EVENTS: Readonly<Record<string, (...values: never[]) => object>> = {
  open: () => ({}),
  message: (data: unknown, isBinary: boolean) => ({ data: isBinary ? data : String(data) }),
  close: (code: number, reason: Buffer, wasClean: boolean) => ({ code, reason: String(reason), wasClean }),
  error: (error: Error) => ({ error, message: error.message }),
};

/** Does with an event what it wants: a function, or an object with a method for it. */
export type Handler = ((event: Record<string, unknown>) => void) | null;
type HandlerObject = { handleEvent(event: Record<string, unknown>): void };

/** What Node's listeners of each event get. */
export interface WebSocketEvents {
  open: [];
  message: [data: RawData, isBinary: boolean];
  close: [code: number, reason: Buffer, wasClean: boolean];
  error: [error: Error];
  ping: [data: Buffer];
  pong: [data: Buffer];
  upgrade: [response: IncomingMessage];
  'unexpected-response': [request: Abandonable, response: IncomingMessage];
}

export type RawData = Buffer | ArrayBuffer | Buffer[] | Blob;

/** What is left of a request that was refused: it can be given up, and no more. */
export interface Abandonable {
  destroy(error?: Error): void;
  abort(error?: Error): void;
}

export class EmitterTarget extends EventEmitter<WebSocketEvents> {
  declare onopen: Handler;
  declare onmessage: Handler;
  declare onclose: Handler;
  declare onerror: Handler;

  static {
    defineHandlers(EmitterTarget.prototype as unknown as EventTarget, Object.keys(EVENTS), () => {});
  }

  addEventListener(type: string, handler: Handler | HandlerObject, options: { once?: boolean } = {}): void {
    if (!Object.hasOwn(EVENTS, type) || this.#listenerOf(type, handler) !== undefined) return;
    const listener = (...values: unknown[]): void => {
      const event = { type, target: this, currentTarget: this, ...EVENTS[type]!(...(values as never[])) };
      if (typeof handler === 'function') handler.call(this, event);
      else handler?.handleEvent(event);
    };
    const emitter = this as EventEmitter;
    emitter[options.once ? 'once' : 'on'](type, Object.assign(listener, { handler }));
  }

  removeEventListener(type: string, handler: Handler | HandlerObject): void {
    const listener = this.#listenerOf(type, handler);
    if (listener !== undefined) (this as EventEmitter).off(type, listener);
  }

  #listenerOf(type: string, handler: unknown): (() => void) | undefined {
    const listeners = (this as EventEmitter).listeners(type) as ((() => void) & { handler?: unknown })[];
    return listeners.find((one) => one.handler === handler);
  }
}

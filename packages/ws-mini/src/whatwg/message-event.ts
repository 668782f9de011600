// A fast path: the same as `new MessageEvent('message', { data, origin })`, by the prototype. From Node 22 on that
// constructor converts every possible member of its init, which takes longer than all other work for a small message.

let isMessageEvent = false;

export function messageEvent(data: unknown, origin: string): Event {
  if (!isMessageEvent) becomeMessageEvent();
  return new ReceivedMessage(data, origin);
}

const noPorts: readonly never[] = Object.freeze([]);

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

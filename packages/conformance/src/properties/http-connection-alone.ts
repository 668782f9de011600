/**
 * Law 9 for http-mini's ServerProtocol, without sockets: a client's requests on their way, a server that pulls, answers,
 * closes and gives up in any order, against a model that knows how many bytes each request has and nothing of what is in
 * them. After each step both are in the same state; in the end, the client has read what the model foretold.
 */
import fc from 'fast-check';
import { HttpError, octets, ResponseParser, ServerProtocol, type ServerState } from 'http-mini/wire';
import { anyPieces, type Pieces } from '../arbitraries/pieces.ts';
import { expectSame } from './expect.ts';
import { type Property, pureProperty } from './property.ts';

const MAX_DROPPED = 5;

interface Sent {
  readonly method: string;
  readonly head: string;
  /** Bytes of content. */
  readonly content: number;
  readonly expects: boolean;
  /** Whether it says that it is the last. */
  readonly closes: boolean;
}

function sentOf(method: string, content: number, expects: boolean, closes: boolean): Sent {
  const lines = [`${method} / HTTP/1.1`, 'Host: a'];
  if (content > 0) lines.push(`Content-Length: ${content}`);
  if (expects) lines.push('Expect: 100-continue');
  if (closes) lines.push('Connection: close');
  return { method, head: `${lines.join('\r\n')}\r\n\r\n`, content, expects: expects && content > 0, closes };
}

const STEPS = [
  ...(['carry', 'carry', 'carry', 'next', 'next', 'pull', 'pull', 'answer', 'begin', 'part', 'end'] as const),
  ...(['invite', 'close', 'refuse', 'expire', 'abandon', 'fin', 'lost'] as const),
];
type Step = (typeof STEPS)[number];

interface Script {
  readonly requests: readonly Sent[];
  readonly pieces: Pieces;
  readonly steps: readonly Step[];
}

const rarely = (step: Step): number =>
  ['close', 'refuse', 'expire', 'abandon', 'fin', 'lost'].includes(step) ? 1 : 6;
const anyScript: fc.Arbitrary<Script> = fc.record({
  requests: fc.array(
    fc
      .tuple(
        fc.constantFrom('GET', 'HEAD', 'POST'),
        fc.constantFrom(0, 0, 1, 5, 6, 20),
        fc.boolean(),
        fc.nat(7).map((n) => n === 0),
      )
      .map((all) => sentOf(...all)),
    { minLength: 1, maxLength: 4 },
  ),
  pieces: anyPieces,
  steps: fc.array(
    fc.oneof(...STEPS.map((step) => ({ weight: rarely(step), arbitrary: fc.constant(step) }))),
    { maxLength: 40 },
  ),
});

/** What the client reads: a status, and whether the connection ends with it. */
type Read = readonly [status: number, closes: boolean];

class Model {
  state: ServerState = 'idle';
  readonly reads: Read[] = [];
  /** The method of the request that each final one of them answers, as far as the server can know it. */
  readonly methods: string[] = [];
  /** Bytes that have arrived, and those before the request at hand. */
  arrived = 0;
  hasEnded = false;
  isClosing = false;
  #start = 0;
  readonly #requests: readonly Sent[];
  #index = 0;
  #isTouched = false;
  #isComplete = false;
  #isLast = false;
  /** Bytes of content that were pulled, or dropped. */
  #taken = 0;
  #dropped = 0;

  constructor(requests: readonly Sent[]) {
    this.#requests = requests;
  }

  get #request(): Sent {
    return this.#requests[this.#index]!;
  }

  /** Bytes of content that have arrived and were neither pulled nor dropped. */
  get #available(): number {
    const come = this.arrived - this.#start - this.#request.head.length;
    return Math.min(this.#request.content, come) - this.#taken;
  }

  get #isUnderWay(): boolean {
    return this.state === 'asked' || this.state === 'answering';
  }

  get waitsFor(): string {
    if (this.state === 'idle') return this.arrived === this.#start ? 'request' : 'head';
    if (this.#isUnderWay) return this.#isComplete ? 'answer' : 'content';
    return this.state === 'dropping' ? 'content' : 'close';
  }

  next(): string | undefined {
    if (this.state === 'dropping') {
      this.#dropped += this.#available;
      this.#taken += this.#available;
      if (this.#dropped > MAX_DROPPED) this.state = 'closed';
      else if (this.#taken === this.#request.content) this.#goOn();
      else if (this.hasEnded) return this.refuse(400);
    }
    if (this.state !== 'idle') return undefined;
    const request = this.#requests[this.#index];
    if (request !== undefined && this.arrived >= this.#start + request.head.length) {
      this.state = 'asked';
      this.#isTouched = false;
      this.#isComplete = request.content === 0;
      this.#taken = 0;
      return request.method;
    }
    const isBetween = this.arrived === this.#start;
    if (this.hasEnded && !isBetween) return this.refuse(400);
    if (this.hasEnded || (this.isClosing && isBetween)) this.state = 'closed';
    return undefined;
  }

  #goOn(): void {
    this.state = 'idle';
    this.#start += this.#request.head.length + this.#request.content;
    this.#index++;
  }

  /** @param size of the part that came out, where cuts decide */
  pull(size: number): string | undefined {
    if (!this.#isUnderWay) return undefined;
    if (this.#isComplete) return 'end';
    this.invite();
    if (this.#taken === this.#request.content) {
      this.#isComplete = true;
      return 'end';
    }
    if (this.#available === 0) return this.hasEnded ? this.refuse(400) : undefined;
    expectSame('that a part is of what has come', size > 0 && size <= this.#available, true);
    this.#taken += size;
    return 'content';
  }

  invite(): void {
    if (!this.#isUnderWay || this.#isComplete || this.#isTouched) return;
    this.#isTouched = true;
    if (this.state === 'asked' && this.#request.expects) this.reads.push([100, false]);
  }

  begin(): void {
    if (this.state !== 'asked') return;
    const { content, expects, closes } = this.#request;
    const isUnread = !this.#isTouched && content > 0 && (expects || content > MAX_DROPPED);
    this.#isLast = this.isClosing || closes || isUnread;
    this.reads.push([200, this.#isLast]);
    this.methods.push(this.#request.method);
    this.state = 'answering';
  }

  end(): void {
    if (this.state !== 'answering') return;
    this.#dropped = 0;
    if (this.#isLast) this.state = 'closed';
    else if (this.#isComplete) this.#goOn();
    else this.state = 'dropping';
  }

  abandon(): void {
    if (this.state === 'answering') this.state = 'broken';
  }

  refuse(status: number): string {
    const isTold = this.state === 'idle' || this.state === 'asked';
    if (isTold) {
      this.reads.push([status, true]);
      const isKnown = this.state === 'asked' || this.arrived - this.#start > 'HEAD'.length;
      this.methods.push(isKnown ? this.#request.method : 'unknown');
    }
    if (this.state !== 'broken') this.state = this.state === 'answering' ? 'broken' : 'closed';
    return `refused ${status} ${isTold}`;
  }

  expire(): string | undefined {
    const { state, waitsFor } = this;
    if (waitsFor === 'head' || (waitsFor === 'content' && state !== 'dropping')) return this.refuse(408);
    if (state === 'idle' || state === 'dropping') this.state = 'closed';
    return undefined;
  }
}

function check({ requests, pieces, steps }: Script, protocol: ServerProtocol): void {
  const model = new Model(requests);
  const stream = octets(requests.map(({ head, content }) => head + 'x'.repeat(content)).join(''));
  const sizes = [...pieces];
  let text = '';
  const take = (): void => {
    const taken = protocol.output.take();
    for (const part of typeof taken === 'string' ? [taken] : taken)
      text += Buffer.from(part as string, 'latin1');
  };
  const carry = (size: number): void => {
    if (model.hasEnded) return;
    protocol.receive(stream.slice(model.arrived, model.arrived + size));
    model.arrived = Math.min(stream.length, model.arrived + size);
  };
  const fin = (): void => {
    protocol.receiveEnd();
    model.hasEnded = true;
  };
  const said = (event: { type: string; error?: HttpError; isTold?: boolean } | undefined) =>
    event?.error === undefined ? event?.type : `refused ${event.error.status} ${event.isTold}`;
  const does: Record<Step, () => void> = {
    carry: () => carry(sizes.shift() ?? 30),
    next: () => {
      const next = protocol.nextRequest();
      expectSame('the next request', next?.type === 'head' ? next.method : said(next), model.next());
    },
    pull: () => {
      const event = protocol.nextContent();
      const size = event?.type === 'content' ? event.bytes.length : 0;
      expectSame('what is pulled', said(event), model.pull(size));
    },
    answer: () => {
      if (model.state === 'idle' || model.state === 'dropping' || model.state === 'answering') return;
      protocol.answer({}, 'x');
      model.begin();
      model.end();
    },
    begin: () => {
      if (model.state === 'idle' || model.state === 'dropping' || model.state === 'answering') return;
      protocol.begin({});
      model.begin();
    },
    part: () => {
      if (model.state === 'answering') protocol.send(octets('x'));
    },
    end: () => {
      if (model.state !== 'answering') return;
      protocol.end();
      model.end();
    },
    invite: () => {
      protocol.invite();
      model.invite();
    },
    close: () => {
      protocol.close();
      model.isClosing = true;
    },
    refuse: () => {
      const refused = protocol.refuse(new HttpError('service-unavailable', 'too much'));
      expectSame('what is refused', said(refused), model.refuse(503));
    },
    expire: () => expectSame('what is over', said(protocol.expire()), model.expire()),
    abandon: () => {
      protocol.abandon();
      model.abandon();
    },
    fin,
    lost: () => {
      protocol.lost();
      model.state = 'closed';
    },
  };
  const step = (name: Step): void => {
    // As a shell does, which pulls all that has come: else nobody knows whether it is HEAD that is refused.
    if (name === 'expire' || name === 'refuse') step('next');
    does[name]();
    take();
    expectSame(`the state after ${name}`, protocol.state, model.state);
    expectSame(`what is waited for after ${name}`, protocol.waitsFor, model.waitsFor);
  };
  for (const name of steps) step(name);
  // All that is left, so that every script comes to an end.
  carry(Infinity);
  fin();
  for (let i = 0; i < 200 && model.state !== 'closed' && model.state !== 'broken'; i++)
    for (const name of ['next', 'pull', 'answer', 'end'] as const) step(name);
  expectSame('that it is over', ['closed', 'broken'].includes(protocol.state), true);
  expectSame('what the client reads', readsOf(text, model.methods), model.reads);
}

function readsOf(text: string, methods: readonly string[]): Read[] {
  const parser = new ResponseParser();
  for (const method of [...methods, 'GET']) parser.expect(method); // one more, of which only 100 may have come
  parser.receive(octets(text));
  const reads: Read[] = [];
  for (let event = parser.next(); event !== undefined; event = parser.next())
    if (event.type === 'head' || event.type === 'information')
      reads.push([event.status, event.type === 'head' && !event.isPersistent]);
  return reads;
}

export function serversConnectionEnds(
  create: () => ServerProtocol = () => new ServerProtocol({ maxDroppedBytes: MAX_DROPPED }),
): Property {
  return pureProperty(9, 'a connection is where a model says', 'http-mini connections', anyScript, (script) =>
    check(script, create()),
  );
}

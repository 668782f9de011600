/**
 * Laws 7 and 9 for http-mini without sockets: a ClientProtocol and a ServerProtocol, the bytes on their way between them, and
 * any interleaving of what both sides do; the way may end at any byte. A model that knows nothing of bytes says what either
 * side may see: never more than the other has sent, always in order, and whole only if it is whole.
 */
import fc from 'fast-check';
import {
  ClientProtocol,
  type EncodedRequest,
  encodeRequest,
  HttpError,
  octets,
  ServerProtocol,
} from 'http-mini/wire';
import { anyPieces, type Pieces } from '../arbitraries/pieces.ts';
import { expectSame } from './expect.ts';
import { textOf } from './http-connection-machines.ts';
import { type Property, pureProperty } from './property.ts';

interface Message {
  /** Bytes of content. */
  readonly content: number;
  /** Whether its length is announced; otherwise it is chunked. */
  readonly isKnown: boolean;
  /** Whether it says that it is the last. */
  readonly closes: boolean;
}

export interface Exchange {
  readonly request: Message & { readonly method: string; readonly expects: boolean };
  readonly response: Message & { readonly status: number; readonly interims: number };
  /** Whether the server reads the content before it answers, as far as it can. */
  readonly isRead: boolean;
}

/** Peaceful steps, which come to an end that the model foretells, and steps that disturb. */
const PEACEFUL = [
  ...(['round', 'round', 'round', 'round', 'ask', 'ask', 'give', 'give', 'hear', 'hear', 'hear'] as const),
  ...(['take', 'pull', 'pull', 'answer', 'send', 'send', 'up', 'up', 'down', 'down'] as const),
];
export const DISTURBING = [
  'lose',
  'fin up',
  'fin down',
  'give up',
  'abandon',
  'impatient',
  'close',
  'shut',
] as const;
export type Disturbance = (typeof DISTURBING)[number];
type Step = (typeof PEACEFUL)[number] | Disturbance;

interface Script {
  readonly exchanges: readonly Exchange[];
  readonly steps: readonly Step[];
  readonly up: Pieces;
  readonly down: Pieces;
}

const rarely = fc.nat(7).map((n) => n === 0);
const anyMessage = { content: fc.constantFrom(0, 1, 3, 7), isKnown: fc.boolean(), closes: rarely };
const anyExchange: fc.Arbitrary<Exchange> = fc.record({
  request: fc.record({
    ...anyMessage,
    method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST'),
    expects: rarely,
  }),
  response: fc.record({
    ...anyMessage,
    status: fc.constantFrom(200, 200, 200, 404),
    interims: fc.constantFrom(0, 0, 1),
  }),
  isRead: fc.boolean(),
});
const anyScript: fc.Arbitrary<Script> = fc.record({
  exchanges: fc.array(anyExchange, { minLength: 1, maxLength: 4 }),
  steps: fc.array(
    fc.oneof(
      { weight: 25, arbitrary: fc.constantFrom<Step>(...PEACEFUL) },
      { weight: 1, arbitrary: fc.constantFrom<Step>(...DISTURBING) },
    ),
    { maxLength: 100 },
  ),
  up: anyPieces,
  down: anyPieces,
});

/** One direction: what is on its way, and how much of it comes at a time. */
class Way {
  #bytes = '';
  readonly #sizes: number[];

  constructor(sizes: Pieces) {
    this.#sizes = [...sizes];
  }

  /** How many bytes were ever put, and taken. */
  all = 0;
  taken = 0;

  put(text: string): void {
    this.#bytes += text;
    this.all += text.length;
  }

  take(size = this.#sizes.shift() ?? Infinity): Uint8Array {
    const piece = octets(this.#bytes.slice(0, size));
    this.taken += piece.length;
    this.#bytes = this.#bytes.slice(size);
    return piece;
  }

  get isEmpty(): boolean {
    return this.#bytes === '';
  }
}

/** What one exchange has come to, as the model knows it; the numbers are bytes of content. */
interface Progress {
  given: number;
  pulled: number;
  sent: number;
  heard: number;
  interims: number;
  /** Where the server's words about it begin. */
  saidFrom: number | undefined;
  state: 'asked' | 'taken' | 'answering' | 'answered';
  /** Whether the client has heard the head, and the end. */
  isHeard: boolean;
  isWhole: boolean;
}

class Conversation {
  readonly client: ClientProtocol;
  readonly server: ServerProtocol;
  readonly #exchanges: readonly Exchange[];
  readonly #requests: EncodedRequest[];
  readonly #progress: Progress[] = [];
  readonly #up: Way;
  readonly #down: Way;
  /** Whether bytes were lost, or one side gave up: only then may the other one fail. */
  #isDisturbed = false;
  /** How many steps did something; each answers false if it did not. */
  #moves = 0;
  /** The exchange whose request broke off, so that the server refused it. */
  #refused = -1;
  #isLost = false;
  #hasGivenUp = false;
  /** How many of the server's bytes the client has received. */
  #received = 0;
  #hasEndedUp = false;
  #hasEndedDown = false;

  constructor({ exchanges, up, down }: Script, client: ClientProtocol, server: ServerProtocol) {
    this.client = client;
    this.server = server;
    this.#exchanges = exchanges;
    this.#up = new Way(up);
    this.#down = new Way(down);
    this.#requests = exchanges.map(({ request }, i) => {
      const { method, content, isKnown, expects, closes } = request;
      const expectContinue = expects && content > 0;
      const connection = closes ? 'close' : 'keep-alive';
      const size = content === 0 ? null : isKnown ? content : undefined;
      return encodeRequest({ method, target: `/${i}`, expectContinue, connection }, size, 'a');
    });
  }

  /** The exchange that the server has at hand. */
  get #served(): number {
    return this.#progress.findIndex(({ state }) => state === 'taken' || state === 'answering');
  }

  /** The exchange that the client hears of next. */
  get #hearing(): number {
    return this.#progress.findIndex(({ isWhole }) => !isWhole);
  }

  step(name: Step): void {
    // What the server says now is about the exchange at hand; a refusal, about the one that was coming.
    const about =
      this.#served < 0 ? this.#progress.findIndex(({ state }) => state === 'asked') : this.#served;
    if (this[name]() !== false) this.#moves++;
    this.#up.put(textOf(this.client.output));
    const said = textOf(this.server.output);
    if (said !== '' && about >= 0) this.#progress[about]!.saidFrom ??= this.#down.all;
    this.#down.put(said);
  }

  /** A little of everything, so that scripts get far. Returns whether any of it did something. */
  round(): boolean {
    const before = this.#moves;
    for (const name of ['ask', 'give', 'up', 'take', 'pull', 'answer', 'send', 'down', 'hear'] as const)
      this.step(name);
    return this.#moves > before;
  }

  // ── The client ──

  ask(): unknown {
    const request = this.#requests[this.#progress.length];
    if (request === undefined || !this.client.takes(request)) return false;
    if (this.client.unanswered > 0) this.#expectPipelined(this.#progress.length);
    const { content } = this.#exchanges[this.#progress.length]!.request;
    if (content === 0) this.client.request(request);
    else this.client.begin(request);
    const nothing = { given: 0, pulled: 0, sent: 0, heard: 0, interims: 0, saidFrom: undefined };
    this.#progress.push({ ...nothing, state: 'asked', isHeard: false, isWhole: false });
  }

  /** RFC 9112 9.3.2: only what can be sent again, on a connection that was answered before. */
  #expectPipelined(index: number): void {
    const { request: last } = this.#exchanges[index - 1]!;
    const isSafe = [last.method, this.#exchanges[index]!.request.method].every((method) => method !== 'POST');
    expectSame('that it may be pipelined', [this.#hearing > 0, isSafe, last.closes], [true, true, false]);
  }

  give(): unknown {
    if (this.client.sending !== 'content') return false;
    const index = this.#progress.length - 1;
    const progress = this.#progress[index]!;
    if (progress.given === this.#exchanges[index]!.request.content) return this.client.end();
    this.client.send(octets(letterOf('a', index)));
    progress.given++;
  }

  impatient(): unknown {
    return this.client.waitsFor === 'continue' && this.client.expire();
  }

  hear(): unknown {
    const event = this.client.nextResponse() ?? this.client.nextContent();
    const index = this.#hearing;
    const progress = this.#progress[index];
    if (event === undefined) return false;
    if (event.type === 'failed') return this.#fails('the client', event.error);
    if (progress === undefined) throw new Error(`the client hears ${event.type} of nothing`);
    if (this.#refused === index && !('status' in event)) {
      progress.isWhole = event.type === 'end';
      return true;
    }
    if ('status' in event) {
      if (event.status === 100) {
        const isWaiting = this.client.unanswered === 1 && this.client.sending === 'expecting';
        expectSame('whether 100 is still waited for', isWaiting, false);
        return;
      }
      if (event.status === 400 && this.#isDisturbed) this.#refused = index;
      if (this.#refused === index) return;
      expectSame('whose head is heard', event.fields.get('n'), `${index}`);
      if (event.type === 'information') {
        expectSame(
          'interim responses',
          ++progress.interims <= this.#exchanges[index]!.response.interims,
          true,
        );
        return;
      }
      progress.isHeard = true;
      const hasBegun = progress.state === 'answering' || progress.state === 'answered';
      expectSame('that the answer has begun', hasBegun, true);
      const { content } = this.#exchanges[index]!.request;
      if (event.status >= 300 && progress.given < content)
        expectSame('content that is not wanted', this.client.sending, 'stopped');
    } else if (event.type === 'content') {
      progress.heard += this.#expectLetters(event.bytes, 'A', index);
      expectSame('that what is heard was sent', progress.heard <= progress.sent, true);
    } else if (event.type === 'end') {
      // Content of a known length is whole before the server says so.
      const { content, isKnown } = this.#exchanges[index]!.response;
      if (!isKnown) expectSame('the state of a whole response', progress.state, 'answered');
      expectSame('what is heard of it', progress.heard, this.#hasContent(index) ? content : 0);
      progress.isWhole = true;
      const { request, response } = this.#exchanges[index]!;
      const isCut = progress.given < request.content;
      if (request.closes || response.closes || isCut)
        expectSame('the client after the last response', this.client.state, 'closed');
    }
  }

  close(): void {
    this.client.close();
  }

  'give up'(): unknown {
    if (this.client.unanswered === 0) return false;
    this.#hasGivenUp ||= this.client.state === 'open';
    this.client.fail(new HttpError('aborted', 'enough', { by: 'user' }));
    this.#isDisturbed = true;
  }

  // ── The server ──

  take(): unknown {
    const next = this.server.nextRequest();
    if (next?.type === 'refused') return this.#fails('the server', next.error);
    if (next === undefined) return false;
    const index = this.#progress.findIndex(({ state }) => state === 'asked');
    expectSame('which request is taken', next.target, `/${index}`);
    expectSame('that all before it are answered', this.#served, -1);
    this.#progress[index]!.state = 'taken';
  }

  pull(): unknown {
    const index = this.#served;
    const event = this.server.nextContent();
    if (event?.type === 'refused') return this.#fails('the server', event.error);
    if (event === undefined || index < 0) return false;
    const progress = this.#progress[index]!;
    if (event.type === 'content') progress.pulled += this.#expectLetters(event.bytes, 'a', index);
    expectSame('that what is pulled was given', progress.pulled <= progress.given, true);
    if (event.type === 'end')
      expectSame('whole content', progress.pulled, this.#exchanges[index]!.request.content);
  }

  answer(): unknown {
    const index = this.#served;
    if (index < 0 || this.server.state !== 'asked') return false;
    const { response } = this.#exchanges[index]!;
    const headers = { n: `${index}`, ...(response.closes ? { Connection: 'close' } : {}) };
    for (let i = 0; i < response.interims; i++) this.server.inform(103, { n: `${index}` });
    const { status, content, isKnown } = response;
    this.server.begin({ status, headers }, isKnown ? content : undefined);
    this.#progress[index]!.state = 'answering';
  }

  send(): unknown {
    const index = this.#served;
    if (this.server.state !== 'answering') return false;
    const progress = this.#progress[index]!;
    if (this.#hasContent(index) && progress.sent < this.#exchanges[index]!.response.content) {
      this.server.send(octets(letterOf('A', index)));
      progress.sent++;
    } else {
      this.server.end();
      progress.state = 'answered';
    }
  }

  abandon(): unknown {
    if (this.server.state !== 'answering') return false;
    this.server.abandon();
    this.#isDisturbed = true;
  }

  shut(): void {
    this.server.close();
  }

  // ── The way between them ──

  up(): unknown {
    if (this.#hasEndedUp || this.#up.isEmpty) return false;
    this.server.receive(this.#up.take());
  }

  down(): unknown {
    if (this.#hasEndedDown || this.#down.isEmpty) return false;
    const isOpen = this.client.state === 'open';
    this.client.receive(this.#down.take());
    if (isOpen) this.#received = this.#down.taken;
  }

  /** The client's bytes end here, whatever else it says. */
  'fin up'(): void {
    this.#isDisturbed ||= !this.#hasEndedUp && (!this.#up.isEmpty || this.client.state === 'open');
    this.#hasEndedUp = true;
    this.server.receiveEnd();
  }

  'fin down'(): void {
    this.#isDisturbed ||= !this.#hasEndedDown && (!this.#down.isEmpty || this.server.state !== 'closed');
    this.#hasEndedDown = true;
    this.client.receiveEnd();
  }

  lose(): void {
    this.#isDisturbed = true;
    this.#isLost = true;
    this.#hasEndedUp = true;
    this.#hasEndedDown = true;
    const wasOpen = this.client.state === 'open';
    const failed = this.client.lost();
    expectSame('that a loss is told', failed !== undefined, wasOpen && this.client.unanswered > 0);
    this.server.lost();
  }

  #fails(who: string, { code, by }: HttpError): void {
    // A client that has stopped its content breaks the request off, because the response says so or is whole. A server that
    // has closed may leave requests behind, but none that it has taken.
    const isLeft = this.server.state === 'closed' && this.#progress[this.#hearing]?.state === 'asked';
    const mayFail = this.#isDisturbed || (who === 'the server' ? this.client.sending === 'stopped' : isLeft);
    expectSame(`that ${who} fails (${code})`, mayFail, true);
    expectSame(
      'the failure',
      [['connection-closed', 'incomplete-message'].includes(code), by],
      [true, 'peer'],
    );
    this.#isDisturbed = true;
  }

  // ── The end ──

  /** Everybody does what is left to do, and then the connection ends as shells end it. */
  finish(): void {
    this.#whileMoving(() => {
      for (const name of ['ask', 'give', 'up', 'take'] as const) this.step(name);
      const isRead = this.#exchanges[this.#served]?.isRead === true;
      if (isRead) this.step('pull');
      // One that reads answers when it has the content, or will never have it.
      if (!isRead || this.server.waitsFor !== 'content' || this.client.state !== 'open') this.step('answer');
      for (const name of ['send', 'down', 'hear'] as const) this.step(name);
    });
    this.step('close');
    const closed = (state: string): boolean => state === 'closed' || state === 'broken';
    this.#whileMoving(() => {
      if (closed(this.client.state) && this.#up.isEmpty && !this.#hasEndedUp) this.step('fin up');
      if (closed(this.server.state) && this.#down.isEmpty && !this.#hasEndedDown) this.step('fin down');
      for (const name of ['give', 'up', 'take', 'pull', 'answer', 'send', 'down', 'hear'] as const)
        this.step(name);
      if (this.client.sending === 'expecting') this.step('impatient');
    });
    if (this.client.state === 'broken') this.server.lost(); // it cuts the connection off
    if (this.server.state === 'broken') this.client.lost();
    expectSame('that both are over', [closed(this.client.state), closed(this.server.state)], [true, true]);
    this.#expectNothingLost();
    this.#expectRetriable();
  }

  #whileMoving(round: () => void): void {
    for (let before = -1; before !== this.#moves; ) {
      before = this.#moves;
      round();
    }
  }

  #expectNothingLost(): void {
    for (const [i, { state, isWhole }] of this.#progress.entries()) {
      const isAnswered = state === 'answered';
      if (i === this.#refused) continue;
      if (!this.#isDisturbed) expectSame(`whether ${i} is whole, and answered`, isWhole, isAnswered);
      // With a known length it can be whole before the server ends it.
      else if (isWhole && !this.#exchanges[i]!.response.isKnown)
        expectSame(`that ${i} is answered`, isAnswered, true);
    }
  }

  /** RFC 9112 9.3.1: all that can be sent again, but not the first if something of its response has come. */
  #expectRetriable(): void {
    const first = this.#hearing;
    const isUsed = first > 0 && this.client.state !== 'open';
    const expected = this.#progress.flatMap(({ isWhole, saidFrom = Infinity }, i) => {
      const isTouched = i === first && (this.#hasGivenUp || saidFrom < this.#received);
      return isUsed && !isWhole && this.#requests[i]!.isRepeatable && !isTouched ? [i] : [];
    });
    const retriable = this.client.retriable.map((request) => this.#requests.indexOf(request));
    expectSame('what is sent again', retriable, expected);
    if (this.#isLost) expectSame('a server without a client', this.server.state, 'closed');
  }

  #hasContent(index: number): boolean {
    return this.#exchanges[index]!.request.method !== 'HEAD';
  }

  /** How many there are. */
  #expectLetters(bytes: Uint8Array, first: string, index: number): number {
    expectSame('content', Buffer.from(bytes).toString(), letterOf(first, index).repeat(bytes.length));
    return bytes.length;
  }
}

function letterOf(first: string, index: number): string {
  return String.fromCharCode(first.charCodeAt(0) + index);
}

function check(script: Script, client: ClientProtocol, server: ServerProtocol): void {
  const conversation = new Conversation(script, client, server);
  for (const name of script.steps) conversation.step(name);
  conversation.finish();
}

/**
 * Law 9 without chance: each conversation anew for each of its bytes, one byte at a time in both directions, and there the
 * disturbance comes. Returns how many bytes there were.
 */
export function disturbAtEveryByte(exchanges: readonly Exchange[], disturbance: Disturbance): number {
  const bytes: Pieces = Array(10_000).fill(1);
  for (let at = 0; ; at++) {
    const script = { exchanges, steps: [], up: bytes, down: bytes };
    const server = new ServerProtocol({ maxDroppedBytes: 5 });
    const conversation = new Conversation(script, new ClientProtocol(), server);
    let isOver = false;
    for (let i = 0; i < at && !isOver; i++) isOver = !conversation.round();
    if (isOver) return at;
    conversation.step(disturbance);
    conversation.finish();
  }
}

type Create<Protocol> = () => Protocol;

/** Law 7: in peace, whatever the order of steps and the cuts, all is heard as it was said. */
export function conversationsAreHeard(
  client: Create<ClientProtocol> = () => new ClientProtocol(),
  server: Create<ServerProtocol> = () => new ServerProtocol({ maxDroppedBytes: 5 }),
): Property {
  const isPeaceful = (step: Step): boolean => !(DISTURBING as readonly Step[]).includes(step);
  const peaceful = anyScript.map((script) => ({ ...script, steps: script.steps.filter(isPeaceful) }));
  const what = 'what one says, the other hears';
  return pureProperty(7, what, 'http-mini connections', peaceful, (script) =>
    check(script, client(), server()),
  );
}

/** Law 9: whatever both do and wherever the way between them ends, both come to an end and know of what. */
export function conversationsEnd(
  client: Create<ClientProtocol> = () => new ClientProtocol(),
  server: Create<ServerProtocol> = () => new ServerProtocol({ maxDroppedBytes: 5 }),
): Property {
  const what = 'both come to an end, and agree on it';
  return pureProperty(9, what, 'http-mini connections', anyScript, (script) =>
    check(script, client(), server()),
  );
}

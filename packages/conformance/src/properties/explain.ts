/**
 * Law 3, asked of both explainers: the fields cover every byte exactly once, bits where bits are fields, and say what the
 * parser reads. For laws 1 and 4 an explainer is a machine like the parsers.
 */
import fc from 'fast-check';
import { explain as explainHttp, type ExplainOptions as HttpOptions } from 'http-mini/explain';
import { RequestParser } from 'http-mini/wire';
import { explain as explainWebSocket, type ExplainOptions as WebSocketOptions } from 'ws-mini/explain';
import { acceptFor, FrameDecoder, Protocol } from 'ws-mini/wire';
import { anyNoise } from '../arbitraries/http-messages.ts';
import { ACCEPT, anyAnswer, anyRequest, KEY } from '../differential/websocket/opening.ts';
import { expectSame } from './expect.ts';
import { eventsOf, requestMachine, responseMachine, responsesTo } from './http-machines.ts';
import { errorLine, type Machine, type Stream } from './machine.ts';
import { type Property, pureProperty } from './property.ts';
import { protocolMachine } from './websocket-machines.ts';

/** What both packages' explanations have in common. */
interface Explanation {
  readonly text: string;
  readonly fields: readonly {
    readonly start: number;
    readonly end: number;
    readonly bits?: readonly [start: number, end: number];
    readonly name: string;
    readonly value: string;
  }[];
  readonly awaits: string | undefined;
  readonly error: { readonly code: string; readonly offset?: number | undefined } | undefined;
}

export interface Explainer<Options> extends Machine<Options> {
  explain(bytes: Uint8Array | Iterable<Uint8Array>, options: Options): Explanation;
  /** @throws where the fields say something else than the parser */
  expectValues(explanation: Explanation, bytes: Uint8Array, options: Options): void;
}

function explainer<Options>(parts: Omit<Explainer<Options>, 'events'>): Explainer<Options> {
  return {
    ...parts,
    events(pieces, options) {
      const { fields, awaits, error } = parts.explain(pieces, options);
      const lines = [...fields.map((field) => JSON.stringify(field)), `awaits ${awaits}`];
      return error === undefined ? lines : [...lines, errorLine(error.code, error.offset)];
    },
  };
}

/** Law 3. */
export function fieldsArePartition<Options>(machine: Explainer<Options>): Property {
  const what = 'fields cover every byte once, as parsed';
  return pureProperty(3, what, machine.name, machine.streams, (stream) => expectPartition(machine, stream));
}

export function expectPartition<Options>(
  machine: Explainer<Options>,
  { bytes, options }: Stream<Options>,
): void {
  const explanation = machine.explain(Uint8Array.from(bytes), options);
  expectCovered(explanation, bytes.length);
  machine.expectValues(explanation, bytes, options);
}

/** Bits begin where the last ones end, as bytes do. */
function expectCovered({ fields, text }: Explanation, size: number): void {
  let at = 0;
  let bit = 0;
  for (const { start, end, bits = [0, 8], name } of fields) {
    expectSame(`the begin of ${name}`, [start, bits[0]], [at, bit]);
    if (end < start || bits[1] <= bits[0]) throw new Error(`${name} ends before it begins`);
    bit = bits[1] % 8;
    at = bit === 0 ? end : start;
  }
  expectSame('the end', [at, bit, text.length], [size, 0, size]);
}

// ── HTTP ──

const anyMessages: fc.Arbitrary<Stream<HttpOptions>> = fc.oneof(
  requestMachine.streams.map(({ bytes, options }) => ({
    bytes,
    options: { ...options, kind: 'request' as const },
  })),
  responseMachine.streams.map(({ bytes, options }) => ({
    bytes,
    options: { ...options, kind: 'response' as const, methods: ['GET', 'GET', 'GET'] },
  })),
);

const NAMED_BY_EVENTS =
  /^(method|request-target|status-code|reason-phrase|(trailer )?field-(name|value)|chunk-ext|chunk-data|content)$/;

export const httpExplainer: Explainer<HttpOptions> = explainer<HttpOptions>({
  name: 'http-mini explain',
  streams: anyMessages,
  explain: explainHttp,
  expectValues({ fields, awaits, error }, bytes, options) {
    const { kind, methods = [] } = options;
    const parser = kind === 'request' ? new RequestParser(options) : responsesTo(methods, options);
    const lines = eventsOf(parser, [bytes]);
    // The parser, which nobody stops, reads on behind an Upgrade.
    if (fields.some(({ name }) => name === 'another protocol')) return;
    const last = lines.findLast((line) => line.startsWith('error '));
    const isCut = last?.startsWith('error incomplete-message ') === true; // explain waits for the rest
    expectSame('error', error && errorLine(error.code, error.offset), isCut ? undefined : last);
    if (error !== undefined) return;
    const told = lines.flatMap(valuesOf).join('');
    const values = fields.filter(({ name }) => NAMED_BY_EVENTS.test(name)).map(({ value }) => value);
    // The parser tells of a head when it is complete, explain of its lines before.
    expectSame('values', values.join('').slice(0, awaits === undefined ? Infinity : told.length), told);
  },
});

/** What an event of the parser says, in the order of the bytes. */
function valuesOf(line: string): string[] {
  const [, type, json = '[]'] = /^(\S+) (.*)$/s.exec(line) ?? [];
  if (type === 'error' || line === 'end at the close') return [];
  const value = JSON.parse(json);
  if (type === 'content') return [value];
  if (type === 'extensions')
    return value.map(([name, said]: string[]) =>
      said === undefined || said === null ? name : `${name}=${said}`,
    );
  if (type === 'end') return value.flat();
  const start = 'method' in value ? [value.method, value.target] : [`${value.status}`, value.reason];
  return [...start, ...value.fields.flat()];
}

// ── WebSocket ──

const anyHandshake = fc.oneof(
  anyRequest.map((text) => ({ text, from: 'client' as const })),
  anyAnswer.map(({ text }) => ({ text: text.replaceAll(ACCEPT, acceptFor(KEY)), from: 'server' as const })),
);

export const webSocketExplainer: Explainer<WebSocketOptions> = explainer<WebSocketOptions>({
  name: 'ws-mini explain',
  streams: fc.oneof(
    protocolMachine.streams.map(({ bytes, options: { role, compression, maxMessage } }) => ({
      bytes,
      options: {
        from: role === 'server' ? ('client' as const) : ('server' as const),
        handshake: false,
        compression,
        maxMessage,
      },
    })),
    fc.tuple(anyHandshake, protocolMachine.streams).map(([{ text, from }, { bytes }]) => ({
      bytes: Buffer.concat([Buffer.from(text, 'latin1'), bytes]),
      options: { from, handshake: true },
    })),
    fc.record({ bytes: anyNoise, options: fc.constant({}) }),
  ),
  explain: explainWebSocket,
  expectValues({ fields, error }, bytes, { from, handshake, compression, maxMessage }) {
    if (handshake !== false) return;
    const role = from === 'client' ? 'server' : 'client';
    const protocol = new Protocol({ role, compression, maxMessage, maskKey: () => 0 });
    protocol.receive(Uint8Array.from(bytes));
    let failure: Explanation['error'];
    for (let event = protocol.next(); event !== undefined; event = protocol.next())
      if (event.type === 'failed') failure = event.error;
    const placeOf = (of: Explanation['error']) => of && [of.code, of.offset];
    expectSame('error', placeOf(error), placeOf(failure));
    for (const header of headersIn(bytes, error?.offset ?? bytes.length)) {
      const { offset, size, fin, rsv, opcode, length, maskKey } = header;
      const own = fields.filter(({ start }) => start >= offset && start < offset + size);
      if (own[0]?.name === 'discarded' || own.length === 0) return; // behind a Close
      const value = (name: string) => own.find((field) => field.name === name)?.value ?? '';
      const read = [value('FIN')[0], value('RSV1-3').slice(0, 3), Number.parseInt(value('opcode'), 10)];
      expectSame('bits', read, [fin ? '1' : '0', rsv.toString(2).padStart(3, '0'), opcode]);
      expectSame('length', value('Extended payload length') || value('Payload length'), `${length}`);
      const key = Number.parseInt(value('Masking-key').replaceAll(' ', ''), 16);
      expectSame('key', Number.isNaN(key) ? undefined : key, maskKey);
    }
  },
});

/** Of the frames whose header lies before `end`. */
function headersIn(bytes: Uint8Array, end: number) {
  const headers = [];
  const decoder = new FrameDecoder({ rsv: 7 }).receive(Uint8Array.from(bytes));
  try {
    for (let piece = decoder.next(); piece !== undefined; piece = decoder.next())
      if (piece.first && piece.header.offset + piece.header.size <= end) headers.push(piece.header);
  } catch {
    // explain has stopped there as well
  }
  return headers;
}

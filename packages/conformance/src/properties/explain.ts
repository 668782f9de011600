/**
 * Law 3, asked of explain: the fields cover every byte exactly once, bits where bits are fields, and say what the
 * parser reads. For laws 1 and 4 it is a
 * machine like the parsers.
 */
import {
  type ExplainOptions,
  type Explanation,
  explain,
  explainConnection,
  type Side,
  terms,
} from 'explain-mini';
import fc from 'fast-check';
import { RequestParser } from 'http-mini/wire';
import { acceptFor, FrameDecoder, Protocol } from 'ws-mini/wire';
import { anyNoise } from '../arbitraries/http-messages.ts';
import { ACCEPT, anyAnswer, anyRequest, KEY } from '../differential/websocket/opening.ts';
import { expectSame } from './expect.ts';
import { eventsOf, requestMachine, responseMachine, responsesTo } from './http-machines.ts';
import { errorLine, type Machine, type Stream } from './machine.ts';
import { type Property, pureProperty } from './property.ts';
import { protocolMachine } from './websocket-machines.ts';

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
  expectWords(explanation);
  machine.expectValues(explanation, bytes, options);
}

/** Bits begin where the last ones end, as bytes do. */
function expectCovered({ fields, text }: Pick<Explanation, 'fields' | 'text'>, size: number): void {
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

const KNOWN: ReadonlySet<string> = new Set(terms.map(({ id }) => id));

/** Each field is one of the terms, and all that is said is said in both languages. */
function expectWords({ fields, awaits, error, errorWhy, ko }: Explanation): void {
  for (const { name, term, why, ko } of fields) {
    if (!KNOWN.has(term)) throw new Error(`${name} is ${term}, which is no term`);
    if (why === '' || ko.why === '') throw new Error(`${name} has no reason`);
  }
  if (error !== undefined && (errorWhy === undefined || ko?.errorWhy === undefined))
    throw new Error(`${error.code} has no reason`);
  expectSame('awaits in Korean', ko?.awaits === undefined, awaits === undefined);
}

// ── HTTP ──

const anyMessages: fc.Arbitrary<Stream<ExplainOptions>> = fc.oneof(
  requestMachine.streams.map(({ bytes, options }) => ({
    bytes,
    options: { ...options, from: 'client' as const, begins: 'http' as const },
  })),
  responseMachine.streams.map(({ bytes, options }) => ({
    bytes,
    options: { ...options, from: 'server' as const, begins: 'http' as const, methods: ['GET', 'GET', 'GET'] },
  })),
);

const NAMED_BY_EVENTS =
  /^(method|request-target|status-code|reason-phrase|(trailer )?field-(name|value)|chunk-ext|chunk-data|content)$/;

export const httpExplainer: Explainer<ExplainOptions> = explainer<ExplainOptions>({
  name: 'explain of messages',
  streams: anyMessages,
  explain,
  expectValues({ fields, awaits, error }, bytes, options) {
    const { from, methods = [] } = options;
    const parser = from === 'client' ? new RequestParser(options) : responsesTo(methods, options);
    const lines = eventsOf(parser, [bytes]);
    // The parser, which nobody stops, reads on behind an Upgrade, and knows nothing of WebSocket.
    if (fields.some(({ name, bits }) => name === 'another protocol' || bits !== undefined)) return;
    if (error?.rule.startsWith('RFC 6455')) return;
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

export const webSocketExplainer: Explainer<ExplainOptions> = explainer<ExplainOptions>({
  name: 'explain of frames',
  streams: fc.oneof(
    protocolMachine.streams.map(({ bytes, options: { role, compression, maxMessage } }) => ({
      bytes,
      options: {
        from: role === 'server' ? ('client' as const) : ('server' as const),
        begins: 'frames' as const,
        compression,
        maxMessage,
      },
    })),
    fc.tuple(anyHandshake, protocolMachine.streams).map(([{ text, from }, { bytes }]) => ({
      bytes: Buffer.concat([Buffer.from(text, 'latin1'), bytes]),
      options: { from, begins: 'http' as const },
    })),
    fc.record({ bytes: anyNoise, options: fc.constant({}) }),
  ),
  explain,
  expectValues({ fields, error }, bytes, { from, begins, compression, maxMessage }) {
    if (begins !== 'frames') return;
    const role = from === 'client' ? 'server' : 'client';
    const protocol = new Protocol({ role, compression, maxMessage, maskKey: () => 0 });
    protocol.receive(Uint8Array.from(bytes));
    let failure: { readonly code: string; readonly offset?: number | undefined } | undefined;
    for (let event = protocol.next(); event !== undefined; event = protocol.next())
      if (event.type === 'failed') failure = event.error;
    const placeOf = (of: typeof failure) => of && [of.code, of.offset];
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

// ── Whole connections ──

/** How many bytes each side sends in its turn, the client first. */
interface Turns {
  readonly turns: readonly number[];
}

const anyTurns: fc.Arbitrary<Stream<Turns>> = fc
  .tuple(
    fc.oneof(fc.constant([]), fc.tuple(anyHandshakeOf('client'), anyHandshakeOf('server'))),
    fc.array(
      fc.tuple(
        fc.oneof(requestMachine.streams, protocolMachine.streams).map(({ bytes }) => bytes),
        fc.oneof(responseMachine.streams, protocolMachine.streams).map(({ bytes }) => bytes),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([handshake, pairs]) => {
    const parts = [...handshake, ...pairs.flat()];
    return { bytes: Buffer.concat(parts), options: { turns: parts.map(({ length }) => length) } };
  });

function anyHandshakeOf(side: Side): fc.Arbitrary<Uint8Array> {
  return anyHandshake
    .filter(({ from }) => from === side)
    .map(({ text }) => Buffer.from(text, 'latin1') as Uint8Array);
}

/** The pieces, which are cut anew where the turn is the other's. */
function explainTurns(pieces: readonly Uint8Array[], { turns }: Turns): Explanation[] {
  const ends = turns.map((_, i) => turns.slice(0, i + 1).reduce((sum, size) => sum + size));
  let at = 0;
  const passages = pieces.flatMap((piece) => {
    const start = at;
    at += piece.length;
    const cuts = [start, ...ends.filter((end) => end > start && end < at), at];
    return cuts.slice(1).map((end, i) => {
      const turn = ends.findIndex((place) => place >= end);
      const from: Side = turn % 2 === 0 ? 'client' : 'server';
      return { from, bytes: piece.subarray(cuts[i]! - start, end - start) };
    });
  });
  return explainConnection(passages);
}

export const connectionExplainer: Machine<Turns> = {
  name: 'explain of connections',
  streams: anyTurns,
  events(pieces, options) {
    return explainTurns(pieces, options).flatMap(({ from, fields, awaits, error }) => [
      ...fields.map((field) => `${from} ${JSON.stringify(field)}`),
      `${from} awaits ${awaits}, ${error && errorLine(error.code, error.offset)}`,
    ]);
  },
};

/** Law 3, for both directions. */
export function partsArePartition(): Property {
  const { name, streams } = connectionExplainer;
  return pureProperty(3, 'parts cover every byte once', name, streams, ({ bytes, options }) => {
    const parts = explainTurns([bytes], options);
    for (const part of parts) expectWords(part);
    for (const [i, side] of (['client', 'server'] as const).entries()) {
      const own = parts.filter(({ from }) => from === side);
      const size = options.turns.filter((_, turn) => turn % 2 === i).reduce((sum, length) => sum + length, 0);
      const text = own.map((part) => part.text).join('');
      expectCovered({ fields: own.flatMap(({ fields }) => fields), text }, size);
    }
  });
}

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

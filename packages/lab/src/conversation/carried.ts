/**
 * What the bytes of each read and write are: `GET /1`, `101 Switching Protocols`, `text "hello"`, `Ping`. Written as messages, read
 * as the stream brings them: one read may hold the end of one message and three others, so the names follow the bytes of
 * each direction and not the calls.
 */
import { ConnectionExplainer, type ExplainedField } from 'explain-mini';
import type { Side, Step } from './recorder.ts';

interface Carried {
  readonly name: string;
  /** Offset, in its direction, of the byte behind it. */
  readonly end: number;
}

/** @returns for each step, the names of what became complete with it; none for raw bytes */
export function carriedBy(steps: readonly Step[]): readonly (readonly string[])[] {
  const explainer = new ConnectionExplainer();
  const sent: { readonly [side in Side]: Carried[] } = { client: [], server: [] };
  const read = { client: 0, server: 0 };
  return steps.map(({ by, call, bytes = '' }) => {
    if (call === 'write') {
      explainer.receive(by, Buffer.from(bytes, 'hex'));
      for (const { from, fields } of explainer.take()) sent[from].push(...messagesIn(fields));
      return sent[by].slice(-1).map(({ name }) => name);
    }
    if (call !== 'read') return [];
    const before = read[by];
    read[by] += bytes.length / 2;
    const other = by === 'client' ? 'server' : 'client';
    return sent[other].filter(({ end }) => end > before && end <= read[by]).map(({ name }) => name);
  });
}

function messagesIn(fields: readonly ExplainedField[]): Carried[] {
  const begins = fields.flatMap((field, i) => (beginsMessage(field, fields[i - 1]) ? [i] : []));
  return begins.map((begin, i) => {
    const own = fields.slice(begin, begins[i + 1]);
    return { name: nameOf(own), end: own.at(-1)!.end };
  });
}

/** A request begins with its method, a response with the version, which ends the line of a request, a frame with FIN. */
function beginsMessage({ name }: ExplainedField, before: ExplainedField | undefined): boolean {
  return name === 'method' || name === 'FIN' || (name === 'HTTP-version' && before?.name !== 'SP');
}

function nameOf(fields: readonly ExplainedField[]): string {
  const value = (name: string) => fields.find((field) => field.name === name)?.value ?? '';
  if (fields[0]!.name === 'method') return `${value('method')} ${value('request-target')}`;
  if (fields[0]!.name === 'HTTP-version') return `${value('status-code')} ${value('reason-phrase')}`;
  const opcode = value('opcode').replace(/^\d+, /, '');
  if (opcode === 'Close') return `Close ${value('status code').slice(0, 4)}`;
  return opcode === 'text' ? `text “${value('Payload data')}”` : opcode;
}

/** A recording as it is explained: the fields of each side, found by place, and what each side makes of the other's bytes. */
import { type ExplainedField, type Explanation, explainConnection, type Side } from 'explain-mini';
import type { Recording } from './recording.ts';
import { type Replay, replay } from './replay.ts';

/** A byte, counted from the first of its side. */
export interface Place {
  readonly from: Side;
  readonly offset: number;
}

export interface Reading {
  /** In the order in which the sides took turns. */
  readonly parts: readonly Explanation[];
  readonly fields: Readonly<Record<Side, readonly ExplainedField[]>>;
  /** The last explanation of each side: it has the rule that was broken, and what the bytes wait for. */
  readonly last: Readonly<Record<Side, Explanation | undefined>>;
  readonly replay: Replay;
}

/** @param isUdp datagrams have no protocol of ours: there is nothing to explain but their bytes */
export function readingOf(recording: Recording, isUdp: boolean): Reading | undefined {
  if (isUdp) return undefined;
  const parts = explainConnection(recording.passages, { begins: recording.begins });
  const of = (side: Side): Explanation[] => parts.filter(({ from }) => from === side);
  const fields = (side: Side): ExplainedField[] => of(side).flatMap((part) => [...part.fields]);
  return {
    parts,
    fields: { client: fields('client'), server: fields('server') },
    last: { client: of('client').at(-1), server: of('server').at(-1) },
    replay: replay(recording),
  };
}

/** The fields that a byte belongs to: several if they are less than a byte. */
export function fieldsAt(reading: Reading, { from, offset }: Place): ExplainedField[] {
  return reading.fields[from].filter(({ start, end }) => offset >= start && offset < end);
}

/** Where the two bytes with bits begin that this one is of; undefined if it is none of them (RFC 6455 5.2). */
export function bitsAt(reading: Reading, place: Place): number | undefined {
  const [field] = fieldsAt(reading, place);
  if (field?.bits === undefined) return undefined;
  const isFirst = reading.fields[place.from].some(
    ({ start, name }) => start === place.offset && name === 'FIN',
  );
  return isFirst ? place.offset : place.offset - 1;
}

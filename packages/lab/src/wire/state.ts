/** What the page begins with, as JSON: the same recording on the server and in the browser. */
import { bytesOfHex, hexOf } from '../page/hex.ts';
import { CATALOGUE, exchangeOf } from './catalogue.ts';
import type { Fault } from './fault.ts';
import { readPasted } from './paste.ts';
import { openLink } from './permalink.ts';
import type { Passage, Recording } from './recording.ts';
import type { RungReadings } from './rung-readings.ts';

export interface WireState {
  /** Of the catalogue, if the recording is one of it. */
  readonly exchange: string | undefined;
  readonly begins: Recording['begins'];
  readonly passages: readonly PassageState[];
  /** What is wrong with the address; then the first exchange is shown. */
  readonly fault: Fault | undefined;
  /** Of the exchange that rungs of the ladder read, too. */
  readonly readings?: RungReadings;
}

/** A passage with its bytes in hexadecimal. */
export interface PassageState extends Omit<Passage, 'bytes'> {
  readonly hex: string;
}

export function stateOf(query: URLSearchParams): WireState {
  const opened = readPasted(query) ?? openLink(query);
  if ('recording' in opened) return { exchange: undefined, ...written(opened.recording), fault: undefined };
  const exchange = 'exchange' in opened ? opened.exchange : CATALOGUE[0]!;
  const fault = 'fault' in opened ? opened.fault : undefined;
  return { exchange: exchange.id, ...written(exchange), fault };
}

export function recordingOf({ exchange, begins, passages }: WireState): Recording {
  const known = exchange === undefined ? undefined : exchangeOf(exchange);
  return known ?? { begins, passages: passages.map(passageOf) };
}

function written({ begins, passages }: Recording): Pick<WireState, 'begins' | 'passages'> {
  return { begins, passages: passages.map(passageState) };
}

export function passageState({ bytes, ...passage }: Passage): PassageState {
  return { ...passage, hex: hexOf(bytes, '') };
}

export function passageOf({ hex, ...passage }: PassageState): Passage {
  return { ...passage, bytes: bytesOfHex(hex)! };
}

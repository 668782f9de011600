/**
 * Pasted bytes as a recording, of one side or, if a dump has both, of the conversation. A form sends them as a query, so that it works without JavaScript too:
 *
 *     ?paste=47+45+54&style=hex&from=client
 */
import { explain, type Side } from 'explain-mini';
import type { Fault } from './fault.ts';
import { type InputStyle, readInput } from './input.ts';
import { packetOf } from './packet.ts';
import type { Passage, Recording } from './recording.ts';

export interface Pasted {
  readonly text: string;
  /** Default: as `readInput` finds. */
  readonly style: InputStyle | undefined;
  readonly crlf: boolean;
  /** Whose bytes they are. Default: as `explain` finds. */
  readonly from: Side | undefined;
}

/** What a form has sent; undefined if it has not. */
export function readPasted(query: URLSearchParams): ReturnType<typeof readPaste> | undefined {
  const text = query.get('paste');
  if (text === null) return undefined;
  const [style, from] = [query.get('style'), query.get('from')];
  return readPaste({
    text,
    style: style === 'hex' || style === 'escapes' || style === 'text' ? style : undefined,
    crlf: query.has('crlf'),
    from: from === 'client' || from === 'server' ? from : undefined,
  });
}

type Read =
  | {
      readonly recording: Recording;
      readonly style: InputStyle;
      /** Whose they are taken for, if nobody said so. */
      readonly guessed?: Side | undefined;
      /** Bytes of headers below the stream that were taken off. */
      readonly headers?: number | undefined;
    }
  | { readonly fault: Fault };

export function readPaste(pasted: Pasted): Read {
  const turns = turnsOf(pasted.text) ?? arraysOf(pasted.text);
  if (turns !== undefined && pasted.style !== 'text' && pasted.style !== 'escapes')
    return readTurns(turns, pasted.from ?? 'client');
  const input = readInput(pasted.text.replace(SUMMARY, blank), pasted);
  if ('fault' in input) return input;
  const packet = input.style === 'hex' ? packetOf(input.bytes) : undefined;
  const bytes = packet?.payload ?? input.bytes;
  if (bytes.length === 0) return { fault: noPayload };
  const { from } = explain(bytes, pasted.from === undefined ? {} : { from: pasted.from });
  return {
    recording: { begins: beginningOf(bytes), passages: [{ from, bytes }] },
    style: input.style,
    guessed: pasted.from === undefined ? from : undefined,
    headers: packet?.headers,
  };
}

/** What tcpdump says of a packet, in the line above its bytes. */
const SUMMARY = /^\d\d:\d\d:\d\d\.\d+ IP6? .*$/gm;

/** Keeps the places of all that follows. */
function blank(text: string): string {
  return ' '.repeat(text.length);
}

const noPayload: Fault = {
  code: 'no-payload',
  says: {
    en: 'This packet has headers alone, such as a SYN or an ACK: no bytes of the stream.',
    ko: '이 패킷에는 SYN이나 ACK처럼 헤더만 있고 스트림의 바이트는 없습니다.',
  },
};

function beginningOf(bytes: Uint8Array): Recording['begins'] {
  // Only the fields of a frame are less than a byte.
  return explain(bytes).fields[0]?.bits === undefined ? 'http' : 'frames';
}

// ── Both sides at once ──

/** Lines of one side. */
interface Turn {
  readonly isIndented: boolean;
  readonly at: number;
  text: string;
}

/** A line of a dump in eight digits, as Wireshark's "Follow TCP Stream" writes it: those of the other side are indented. */
const FOLLOWED = /^(\s*)[0-9a-f]{8}\s+[0-9a-f]{2}\b/i;

/** Undefined if the text is no such dump of both sides. */
function turnsOf(text: string): Turn[] | undefined {
  const turns: Turn[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const indent = FOLLOWED.exec(line)?.[1];
    if (indent === undefined && line.trim() !== '') return undefined;
    const isIndented = indent === undefined ? turns.at(-1)?.isIndented : indent !== '';
    if (isIndented !== undefined && turns.at(-1)?.isIndented !== isIndented)
      turns.push({ isIndented, at, text: '' });
    if (turns.length > 0) turns.at(-1)!.text += `${line}\n`;
    at += line.length + 1;
  }
  return turns.length > 1 ? turns : undefined;
}

/** Wireshark's "C Arrays" of a followed stream: peer0 is the side that opened the connection. */
const ARRAY = /char peer([01])_\d+\[\] = \{(?:\s*\/\*.*?\*\/)?([^}]*)\}/dg;

function arraysOf(text: string): Turn[] | undefined {
  const turns = Array.from(text.matchAll(ARRAY), ({ 1: peer, 2: digits, indices }) => ({
    isIndented: peer === '1',
    at: indices![2]![0],
    text: digits!,
  }));
  return turns.length > 0 ? turns : undefined;
}

/** @param margin whose lines are not indented */
function readTurns(turns: readonly Turn[], margin: Side): Read {
  const passages: Passage[] = [];
  for (const { isIndented, at, text } of turns) {
    const input = readInput(text, { style: 'hex' });
    if ('fault' in input) return { fault: { ...input.fault, at: at + (input.fault.at ?? 0) } };
    const other = margin === 'client' ? 'server' : 'client';
    passages.push({ from: isIndented ? other : margin, bytes: input.bytes });
  }
  return { recording: { begins: beginningOf(passages[0]!.bytes), passages }, style: 'hex' };
}

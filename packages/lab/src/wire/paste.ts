/**
 * Pasted bytes as a recording of one side. A form sends them as a query, so that it works without JavaScript too:
 *
 *     ?paste=47+45+54&style=hex&from=client
 */
import { explain, type Side } from 'explain-mini';
import type { Fault } from './fault.ts';
import { type InputStyle, readInput } from './input.ts';
import type { Recording } from './recording.ts';

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

export function readPaste(
  pasted: Pasted,
): { readonly recording: Recording; readonly style: InputStyle } | { readonly fault: Fault } {
  const input = readInput(pasted.text, pasted);
  if ('fault' in input) return input;
  const { bytes, style } = input;
  const { from, fields } = explain(bytes, pasted.from === undefined ? {} : { from: pasted.from });
  // Only the fields of a frame are less than a byte.
  const begins = fields[0]?.bits === undefined ? 'http' : 'frames';
  return { recording: { begins, passages: [{ from, bytes }] }, style };
}

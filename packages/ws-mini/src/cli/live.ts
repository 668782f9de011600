// `--explain`: the opening handshake, and then what passes as it passes, one explainer for each direction,
// whose ledger is emptied after each chunk; so that hours of frames need no memory.

import { inflater } from '../connection/inflate.ts';
import { FrameExplainer } from '../explain/frame-explainer.ts';
import { Ledger } from '../explain/ledger.ts';
import { explain, formatExplanation } from '../explain.ts';
import type { Observer } from '../tap.ts';

/** What a connection takes by default. */
const MAX_INFLATED = 16 * 1024 * 1024;

/**
 * An observer that prints both directions.
 *
 * @param role of this side; what comes in is the other's
 */
export function explainLive(role: 'client' | 'server', print: (text: string) => void): Observer {
  const other = role === 'client' ? 'server' : 'client';
  const directions = { in: direction(other, 'received', print), out: direction(role, 'sent', print) };
  return (observation) => {
    if (observation.type === 'handshake' || observation.type === 'bytes')
      directions[observation.direction](observation);
  };
}

function direction(
  from: 'client' | 'server',
  verb: string,
  print: (text: string) => void,
): (passed: { readonly type: string; readonly bytes: Uint8Array }) => void {
  const ledger = new Ledger();
  // Where RSV1 was not agreed on, the connection itself refuses it.
  const explainer = new FrameExplainer(ledger, { from, compression: true, inflate: inflater(MAX_INFLATED) });
  return ({ type, bytes }) => {
    if (type === 'handshake')
      return print(`${verb}:\n${formatExplanation(explain(bytes, { from, handshake: true }))}`);
    if (explainer.isOver) return;
    explainer.receive(bytes);
    const { error } = explainer;
    if (error !== undefined) explainer.finish();
    // What is entered: of a frame that has only begun its header, so that one sees what is awaited.
    const part = ledger.take();
    if (part.fields.length > 0)
      print(`${verb}:\n${formatExplanation({ from, ...part, awaits: undefined, error })}`);
  };
}

// `--explain` on an open connection: what passes is explained as it passes, one explainer for each
// direction, whose ledger is emptied after each chunk; so that hours of frames need no memory.

import { FrameExplainer } from '../explain/frame-explainer.ts';
import { Ledger } from '../explain/ledger.ts';
import { formatExplanation } from '../explain.ts';
import type { Observer } from '../tap.ts';

/**
 * An observer that prints every frame of both directions.
 *
 * @param role of this side; what comes in is the other's
 */
export function explainLive(role: 'client' | 'server', print: (text: string) => void): Observer {
  const other = role === 'client' ? 'server' : 'client';
  const directions = { in: direction(other, 'received', print), out: direction(role, 'sent', print) };
  return (observation) => {
    if (observation.type === 'bytes') directions[observation.direction](observation.bytes);
  };
}

function direction(
  from: 'client' | 'server',
  verb: string,
  print: (text: string) => void,
): (bytes: Uint8Array) => void {
  const ledger = new Ledger();
  // Whatever RSV1 means here was agreed on before.
  const explainer = new FrameExplainer(ledger, { from, compression: true });
  return (bytes) => {
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

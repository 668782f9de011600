/**
 * `--explain`: explains the opening handshake and the frames as they pass, and forgets them, so that hours of frames need no
 * memory.
 */
import { ConnectionExplainer, formatExplanation, type Side } from 'explain-mini';
import { inflater, type Observer } from 'ws-mini';
import { asBrowsersAsk } from 'ws-mini/wire';

/** The largest message that a connection takes by default. */
const MAX_INFLATED = 16 * 1024 * 1024;

/**
 * An observer that prints both directions.
 *
 * @param role of this side; what comes in is from the other
 */
export function explainLive(role: Side, print: (text: string) => void): Observer {
  const explainer = new ConnectionExplainer({
    lenient: asBrowsersAsk,
    inflater: () => inflater(MAX_INFLATED),
  });
  const other = role === 'client' ? 'server' : 'client';
  return (observation) => {
    if (observation.type !== 'handshake' && observation.type !== 'bytes') return;
    explainer.receive(observation.direction === 'in' ? other : role, observation.bytes);
    for (const part of explainer.take())
      print(`${part.from === role ? 'sent' : 'received'}:\n${formatExplanation(part)}`);
  };
}

/** Bytes of a step lead to the page that explains them, if they are of HTTP or frames of a WebSocket. */
import { linkTo } from '../wire/permalink.ts';
import type { Step } from './experiment.ts';

/** A step with the query of that page. */
export interface ExplainedStep extends Step {
  readonly wire?: string;
}

export function explained(step: Step): ExplainedStep {
  const from = senderOf(step);
  if (from === undefined || step.bytes === undefined) return step;
  const bytes = Buffer.from(step.bytes, 'hex');
  const begins = beginningOf(bytes);
  if (begins === undefined) return step;
  const link = linkTo({ begins, passages: [{ from, bytes }] });
  return 'query' in link ? { ...step, wire: link.query } : step;
}

/** Who writes has sent it, who reads has it from the other. */
function senderOf({ who, call = '' }: Step): 'client' | 'server' | undefined {
  if (who !== 'client' && who !== 'server') return undefined;
  if (call.startsWith('write()')) return who;
  return who === 'client' ? 'server' : 'client';
}

function beginningOf(bytes: Buffer): 'http' | 'frames' | undefined {
  const line = bytes.toString('latin1', 0, 200);
  if (/^(?:HTTP\/1\.[01] \d{3} |[A-Z]+ \S+ HTTP\/1\.[01]\r\n)/.test(line)) return 'http';
  // The first byte of a frame whose message ends with it: FIN, and one of the opcodes that there are.
  return [0x81, 0x82, 0x88, 0x89, 0x8a].includes(bytes[0]!) && bytes.length > 1 ? 'frames' : undefined;
}

/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * How the line of each way is drawn: sockets alone in ink, answers to a question in grey, what goes on after one question in
 * the page's colour; and dashes, which tell them apart without it.
 */
import type { VNode } from 'preact';
import type { WayKey } from './names.ts';

export interface Stroke {
  readonly tone: 'ink' | 'soft' | 'mark';
  readonly dash: readonly number[];
}

export const STROKES: { readonly [key in WayKey]: Stroke } = {
  tcp: { tone: 'ink', dash: [] },
  udp: { tone: 'ink', dash: [2, 4] },
  httpClose: { tone: 'soft', dash: [9, 4] },
  httpKeepAlive: { tone: 'soft', dash: [] },
  longPoll: { tone: 'soft', dash: [2, 4] },
  serverSentEvents: { tone: 'mark', dash: [9, 4] },
  webSocket: { tone: 'mark', dash: [] },
};

/** A piece of the line, to stand before its name. */
export function Sample({ way }: { way: WayKey }): VNode {
  const { tone, dash } = STROKES[way];
  return (
    <svg viewBox="0 0 38 10" aria-hidden="true">
      <line class={`line ${tone}`} x1="0" x2="38" y1="5" y2="5" stroke-dasharray={dash.join(' ')} />
    </svg>
  );
}

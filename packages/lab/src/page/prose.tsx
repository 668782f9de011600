/** @jsxRuntime automatic @jsxImportSource preact */
/** A sentence in which code stands between backticks, as explain-mini writes it. */
import type { VNode } from 'preact';

export function Prose({ text }: { text: string }): VNode {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}

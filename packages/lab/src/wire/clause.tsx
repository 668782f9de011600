/** @jsxRuntime automatic @jsxImportSource preact */
/** A clause, as a link to its text. */
import type { VNode } from 'preact';

export function Clause({ rule }: { rule: string }): VNode {
  const url = clauseUrl(rule);
  return url === undefined ? (
    <span class="rule">{rule}</span>
  ) : (
    <a class="rule" href={url}>
      {rule}
    </a>
  );
}

/** The clause itself: `RFC 9112 7.1` is at rfc-editor.org; other texts have no such address. */
function clauseUrl(rule: string): string | undefined {
  const [, number, section] = /^RFC (\d+) ([\d.]+)$/.exec(rule) ?? [];
  return number === undefined ? undefined : `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`;
}

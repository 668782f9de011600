/** @jsxRuntime automatic @jsxImportSource preact */
/** A clause, as a link to its text. */
import type { VNode } from 'preact';

export function Clause({ rule }: { rule: string }): VNode {
  const url = addressOf(rule);
  return url === undefined ? (
    <span class="rule">{rule}</span>
  ) : (
    <a class="rule" href={url}>
      {rule}
    </a>
  );
}

/** Where it can be read: an RFC or a section of it, `RFC 9112 7.1`, and a man page, `listen(2)`; other texts have no such address. */
export function addressOf(name: string): string | undefined {
  const [, rfc, section] = /^RFC (\d+)(?: ([\d.]+))?$/.exec(name) ?? [];
  if (rfc !== undefined)
    return `https://www.rfc-editor.org/rfc/rfc${rfc}${section ? `#section-${section}` : ''}`;
  const [, page, chapter] = /^(\w+)\((\d)\)$/.exec(name) ?? [];
  return page && `https://man7.org/linux/man-pages/man${chapter}/${page}.${chapter}.html`;
}

/**
 * HTML as a template: what is put into it is escaped unless it was made here too. So no byte that a peer sent can become
 * markup, and nobody has to remember to escape (`html-report.test.ts`, "hostile bytes").
 */

/** Text that is HTML already. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

export type Content = string | number | Markup | readonly Markup[];

export function markup(literals: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(literals.reduce((html, literal, i) => `${html}${htmlOf(contents[i - 1]!)}${literal}`));
}

function htmlOf(content: Content): string {
  if (content instanceof Markup) return content.html;
  if (Array.isArray(content)) return content.map(({ html }) => html).join('');
  return escaped(`${content}`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that cannot be seen, or that turn the direction of writing, are named instead: they could make text lie. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(
      /(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
    );
}

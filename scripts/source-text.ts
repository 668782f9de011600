// TypeScript read as text, for checks that need no compiler (TypeScript 7 offers none to call):
// which characters are code, and what a file imports. It tells comments, strings, templates and
// regular expressions apart, one token at a time. What it cannot see: an import whose name is
// computed, a global reached by another name (`const { now } = Date`), and a regular expression
// right after `)`, which it takes for a division, as that is what nearly always stands there.

/** The text with every comment, and the inside of every string and regular expression, blanked. */
export function codeOf(text: string): string {
  let code = '';
  let before = ''; // the last token that is neither space nor comment
  // One entry for each `${` we are inside of: how many plain `{` are open in it. A pattern alone
  // cannot count these, and `${`${a}`}` is common enough to be read rightly.
  const substitutions: number[] = [];
  for (let at = 0; at < text.length; ) {
    const innermost = substitutions.length - 1;
    const resumes = text[at] === '}' && substitutions[innermost] === 0;
    if (resumes) substitutions.pop();
    else if (text[at] === '}' && innermost >= 0) substitutions[innermost]!--;
    else if (text[at] === '{' && innermost >= 0) substitutions[innermost]!++;

    const hidden = match(COMMENT, text, at) ?? match(SPACE, text, at);
    const literal =
      match(STRING, text, at) ??
      (resumes || text[at] === '`' ? match(TEMPLATE_PIECE, text, at) : null) ??
      (BEFORE_REGEXP.test(before) ? match(REGEXP, text, at) : null);
    const token = hidden ?? literal ?? match(WORD, text, at) ?? text[at]!;
    if (literal?.endsWith('${')) substitutions.push(0);
    if (hidden === null) before = token;
    code += hidden !== null ? blank(token, 0) : literal !== null ? blank(token, 1) : token;
    at += token.length;
  }
  return code;
}

const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//y;
const STRING = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y;
const REGEXP = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y;
const TEMPLATE_PIECE = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const WORD = /[\w$]+/y;
const SPACE = /\s+/y;
// A slash begins a regular expression where a value is expected, and divides after a value.
const BEFORE_REGEXP = /^$|[(,=:[!&|?{};+\-*%~^<>]$|^(?:return|typeof|case|of|in)$/;

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

// The quotes stay (`edge` characters at both ends), so that a string still looks like a value, and
// so do the line ends, so that offsets and line numbers are those of the text.
function blank(token: string, edge: number): string {
  const inside = token.slice(edge, token.length - edge);
  return token.slice(0, edge) + inside.replace(/[^\n]/g, ' ') + token.slice(token.length - edge);
}

export interface Import {
  specifier: string;
  line: number;
  /** The whole statement is `import type` or `export type`, so that nothing is loaded. */
  typeOnly: boolean;
}

/** Every `import`, `export ... from`, `import()` and `require()` with a name written out. */
export function importsOf(text: string): Import[] {
  const statement =
    /\b(?:import|export)\b(\s+type\b)?[^;'"`()=]*?\bfrom\s*(?=['"])|\b(?:import|require)\s*\(?\s*(?=['"`])/g;
  return [...codeOf(text).matchAll(statement)].map((found) => {
    const start = found.index + found[0].length;
    const quote = text[start]!;
    const specifier = text.slice(start + 1, text.indexOf(quote, start + 1));
    return { specifier, line: lineAt(text, start), typeOnly: found[1] !== undefined };
  });
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/**
 * Makes text of others safe to print: a peer's bytes, the name of a file, an error that quotes either. Control characters
 * steer a terminal (ESC, and U+009B, which is ESC and "[" in one); characters that are invisible or turn the direction of
 * writing forge what it shows. So each becomes a dot. Joiners stay, because emoji and several scripts need them.
 */
const UNSAFE = /(?!\p{Join_Control})[\p{C}\p{Zl}\p{Zp}]/gu;
const UNSAFE_IN_LINES = /(?![\p{Join_Control}\n\t])[\p{C}\p{Zl}\p{Zp}]/gu;

/** For a place within a line: a line end would forge a line. */
export function printable(text: string): string {
  return text.replace(UNSAFE, '.');
}

/** For text of several lines: line feeds and tabs stay. A CR goes: before an LF it is not needed, elsewhere it moves the cursor. */
export function printableLines(text: string): string {
  return text.replaceAll('\r', '').replace(UNSAFE_IN_LINES, '.');
}

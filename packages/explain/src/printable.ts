/**
 * Text that somebody else chose, made safe to print: a peer's bytes, the name of a file, an error that quotes either. On a
 * terminal a control character steers (ESC, and U+009B, which is ESC and "[" in one), and one that turns the direction
 * of writing, or is invisible, forges. So each becomes a dot. Joiners stay: emoji and several scripts are written with
 * them.
 */
const UNSAFE = /(?!\p{Join_Control})[\p{C}\p{Zl}\p{Zp}]/gu;
const UNSAFE_IN_LINES = /(?![\p{Join_Control}\n\t])[\p{C}\p{Zl}\p{Zp}]/gu;

/** For a place within a line: a line end would forge a line. */
export function printable(text: string): string {
  return text.replace(UNSAFE, '.');
}

/** For text of several lines: line ends and tabs stay. A CR goes: most stand before an LF, any other moves the cursor. */
export function printableLines(text: string): string {
  return text.replaceAll('\r', '').replace(UNSAFE_IN_LINES, '.');
}

/** An outcome as text: for a terminal and, in Markdown, for the page. */
import { printable, printableLines } from 'explain-mini';
import type { Cell, Outcome, Table } from './trial.ts';

/** Of a failure's input: more than this is cut, and the JSON has all of it. */
const SHOWN = 500;

export function outcomeText({ tables, figures, failures, notRun }: Outcome, again: string): string {
  const parts = [
    ...tables.map(tableText),
    ...Object.entries(figures).map(([name, value]) => `${name}: ${cellText(value)}\n`),
    ...notRun.map(({ what, why }) => `not run: ${what}: ${why}\n`),
    ...failures.map(
      ({ what, input }) => `FAILED  ${what}\n${input === undefined ? '' : `  input ${short(input)}\n`}`,
    ),
    failures.length > 0 ? `  again: ${again}\n` : '',
  ];
  return printableLines(parts.join(''));
}

function tableText({ caption, columns, rows }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const isNumber = columns.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  return `${caption}\n${text.join('\n')}\n\n`;
}

/** For the page, at heading level 3. */
export function tableMarkdown({ caption, columns, rows }: Table): string {
  const rule = columns.map((_, i) => (rows.some((row) => typeof row[i] === 'number') ? '--:' : '---'));
  const lines = [columns, rule, ...rows.map((row) => row.map(cellText))];
  return `### ${markdown(caption)}\n\n${lines.map((line, i) => `| ${(i === 1 ? line : line.map(markdown)).join(' | ')} |`).join('\n')}`;
}

export function cellText(value: Cell): string {
  if (typeof value === 'string') return value;
  return value.toLocaleString('en-GB', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1 });
}

/** What is in a cell or a line is shown as it is: it may quote a peer's bytes. */
export function markdown(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>|~]/g, '\\$&');
}

export function short(input: string): string {
  return input.length > SHOWN ? `${input.slice(0, SHOWN)}... (${input.length} characters)` : input;
}

/** Lines of cells as a table: the first column to the left, all others to the right, each as wide as it must be. */
import { printable } from 'explain-mini';

export function columns(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable)); // a peer names itself
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  '),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

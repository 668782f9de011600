/** Long lists of short texts, such as faults and the words of a grammar, in rows: beside each other they are compared at a glance. */

/** The texts of all rows, in their order. In a row, `|` separates them, so that none of them holds one. */
export function texts(...rows: readonly string[]): string[] {
  return rows.flatMap((row) => row.split('|'));
}

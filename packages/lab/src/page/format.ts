/** Numbers as page and terminal show them, the same in both languages: 1,234.5. */

/** A dash if nothing was measured, which is not the same as 0. */
export function decimal(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : grouped(value.toFixed(digits));
}

export function whole(value: number): string {
  return grouped(String(value));
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))(?<!\..*)/g, ',');
}

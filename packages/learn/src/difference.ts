/** What differs between two texts, line by line: lines with `-` are of the first only, with `+` of the second only. */

/** Lines around a difference that are shown with it. */
const AROUND = 2;

/** Empty if nothing differs. */
export function difference(before: string, after: string): string {
  const lines = marked(before.split('\n'), after.split('\n'));
  const isShown = lines.map((_, i) =>
    lines.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((line) => !line.startsWith(' ')),
  );
  let text = '';
  for (const [i, line] of lines.entries())
    if (isShown[i]) text += `${i > 0 && !isShown[i - 1] && text !== '' ? '  ...\n' : ''}${line.trimEnd()}\n`;
  return text;
}

/** By the longest common subsequence: a few hundred lines a side, so a table of all pairs is small. */
function marked(before: readonly string[], after: readonly string[]): string[] {
  const common = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      common[i]![j] =
        before[i] === after[j]
          ? common[i + 1]![j + 1]! + 1
          : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const lines: string[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(`  ${before[i]}`);
      i++;
      j++;
    } else if (j === after.length || (i < before.length && common[i + 1]![j]! >= common[i]![j + 1]!))
      lines.push(`- ${before[i++]}`);
    else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}

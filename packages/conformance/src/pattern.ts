/**
 * The patterns of `--only` and of the lists of faults: `*` stands for anything, `$` at the end for the end of the text, all
 * else for itself, in any case of letters.
 */
export type Pattern = (text: string) => boolean;

/** @param extent whether the text has the pattern somewhere `within` it, or is the `whole` of it */
export function patternOf(pattern: string, extent: 'within' | 'whole' = 'within'): Pattern {
  const isAtEnd = extent === 'within' && pattern.endsWith('$');
  const parts = (isAtEnd ? pattern.slice(0, -1) : pattern)
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const source = parts.join('.*') + (isAtEnd ? '$' : '');
  const expression = new RegExp(extent === 'whole' ? `^${source}$` : source, 'i');
  return (text) => expression.test(text);
}

/** Which probes are asked: `--only` and `--exclude`, each as often as one likes. */
import type { Chosen } from '../families.ts';
import { patternOf } from '../pattern.ts';

export const choiceOptions = {
  only: { type: 'string', multiple: true, default: [] as string[] },
  exclude: { type: 'string', multiple: true, default: [] as string[] },
} as const;

export const CHOICE_HELP = `\
  --only PATTERN    probes whose family, name or clause has PATTERN in it, * standing for anything and
                    $ for the end: chunked/*, rfc9112/6.3, websocket-server; several: what fits any
  --exclude PATTERN not these; several: none that fits one of them`;

export function chosenBy({ only, exclude }: { only: readonly string[]; exclude: readonly string[] }): Chosen {
  const fits = (patterns: readonly string[]): Chosen => {
    const tests = patterns.map((pattern) => patternOf(pattern));
    return ({ name, requirements }, family) =>
      tests.some((test) => test(`${family}/${name}`) || requirements.some(test));
  };
  const [isWanted, isUnwanted] = [fits(only), fits(exclude)];
  return (probe, family) => (only.length === 0 || isWanted(probe, family)) && !isUnwanted(probe, family);
}

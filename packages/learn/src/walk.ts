/**
 * "Follow this byte": a walk through the real source, shown as it is run. Before the code of each step a line is put in that notes
 * what lies there; the packages are bundled so, and the program of the walk is run. So the order of the steps, the bytes and the
 * states are what happens, and not what somebody remembers.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import type { Language, Text } from './rung.ts';

export interface Walk {
  readonly title: Text;
  readonly intro: Text;
  /** Below `packages/`: what is run. */
  readonly program: string;
  /** The byte as it may lie there: on the wire, and once it is unmasked. In text, `letter` has it. */
  readonly bytes: readonly number[];
  readonly letter: string;
  readonly steps: readonly Step[];
}

export interface Step {
  /** Below `packages/`. */
  readonly file: string;
  /** The function that `code` stands in. */
  readonly within: string;
  /** Begins a statement, and stands once in the file: a search finds it, whatever its line. */
  readonly code: string;
  /** What lies there just before `code` runs, written in its scope: bytes or text, the byte among them. None where it is out of sight. */
  readonly sees?: string;
  /** The state of the machine that the step belongs to, written in its scope. */
  readonly state?: string;
  /** What the byte is called here. */
  readonly name: Text;
  readonly why: Text;
}

/** What a step met. */
export interface Seen {
  readonly step: number;
  readonly value: Uint8Array | string | undefined;
  readonly state: string | undefined;
}

const PACKAGES = join(import.meta.dirname, '../..');
/** By this the bundled source finds us. */
const NOTE = '__noteOfWalk';

export function sourceOf(file: string): string {
  return readFileSync(join(PACKAGES, file), 'utf8').replaceAll('\r\n', '\n');
}

/** Runs the program of the walk. @returns what each step met from the moment on at which the byte came, in the order of time */
export async function follow(walk: Walk): Promise<Seen[]> {
  const seen: Seen[] = [];
  const note = (step: number, value: unknown, state: unknown): void => {
    // A copy: memory is used again, and what is unmasked in place changes.
    const kept = value instanceof Uint8Array ? Uint8Array.from(value) : (value as string | undefined);
    const hasByte = kept !== undefined && placeOf(kept, walk) >= 0;
    const isOutOfSight = walk.steps[step]!.sees === undefined;
    if (hasByte || (isOutOfSight && seen.length > 0))
      seen.push({ step, value: kept, state: state === undefined ? undefined : String(state) });
  };
  const { build } = await import('esbuild');
  const folder = await mkdtemp(join(tmpdir(), 'walk-'));
  Object.assign(globalThis, { [NOTE]: note });
  try {
    const { outputFiles } = await build({
      entryPoints: [join(PACKAGES, walk.program)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: ['@minis/source'],
      plugins: [noting(walk)],
    });
    const file = join(folder, 'program.mjs');
    await writeFile(file, outputFiles[0]!.contents);
    await import(/* @vite-ignore */ pathToFileURL(file).href);
  } finally {
    Reflect.deleteProperty(globalThis, NOTE);
    await rm(folder, { recursive: true });
  }
  return seen;
}

/** Where the byte lies in the bytes, or the letter in the text; -1 if it does not. */
export function placeOf(value: Uint8Array | string, { bytes, letter }: Walk): number {
  return typeof value === 'string' ? value.indexOf(letter) : value.findIndex((byte) => bytes.includes(byte));
}

function noting({ steps }: Walk): Plugin {
  return {
    name: 'noting',
    setup(building) {
      building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const [i, { file, code, sees, state }] of steps.entries()) {
          if (path !== join(PACKAGES, file)) continue;
          if (!contents.includes(code)) throw new Error(`${file} does not have: ${code}`);
          contents = contents.replace(code, () => `globalThis.${NOTE}(${i}, ${sees}, ${state}); ${code}`);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** The first thing that each step met; a step may run again and again. */
export function firstOfEach(seen: readonly Seen[]): Seen[] {
  return seen.filter(({ step }, i) => seen.findIndex((other) => other.step === step) === i);
}

// ── The page ──

/** In Markdown. @param linked how a place is shown: a link in a page, a line of a file on a terminal */
export function walkPage(walk: Walk, seen: readonly Seen[], language: Language): string {
  const words = WORDS[language];
  const met = firstOfEach(seen);
  const steps = walk.steps.map(({ file, within, code, name, why }, i) => {
    const { value, state } = met.find(({ step }) => step === i)!;
    const lies = value === undefined ? '' : `\n${shown(value, walk)}`;
    return [
      `### ${i + 1}. [${file}](../../${file}) \`${within}\``,
      '',
      `${words.here}: ${name[language]}.${state === undefined ? '' : ` ${words.state}: \`${state}\`.`}`,
      '',
      `\`\`\`ts\n${code}\n\`\`\``,
      ...(lies === '' ? [] : [`\n\`\`\`${lies}\n\`\`\``]),
      '',
      why[language],
      '',
    ].join('\n');
  });
  return `# ${walk.title[language]}\n\n${walk.intro[language]}\n\n${words.how(walk.program)}\n\n${steps.join('\n')}`;
}

/** Sixteen at most, from a little before the byte, which stands in brackets. */
function shown(value: Uint8Array | string, walk: Walk): string {
  const place = placeOf(value, walk);
  if (typeof value === 'string') return `${value.slice(0, place)}[${value[place]}]${value.slice(place + 1)}`;
  const from = Math.max(0, place - 10);
  const part = [...value.subarray(from, from + 16)].map((byte, i) => {
    const hex = byte.toString(16).padStart(2, '0');
    return from + i === place ? `[${hex}]` : hex;
  });
  return `${from > 0 ? '… ' : ''}${part.join(' ')}${from + 16 < value.length ? ' …' : ''}`;
}

const WORDS = {
  en: {
    here: 'Here the byte is',
    state: 'State',
    how: (program: string) =>
      `The program is [${program}](../../${program}). All that is shown was noted while it ran, just before the code that stands above it; the byte is in brackets.`,
  },
  ko: {
    here: '여기서 이 바이트는',
    state: '상태',
    how: (program: string) =>
      `실행한 프로그램은 [${program}](../../${program})입니다. 보이는 값은 모두 실행하면서, 그 위에 적힌 코드 바로 앞에서 적어 둔 것입니다. 따라가는 바이트는 대괄호 안에 있습니다.`,
  },
} satisfies Record<Language, unknown>;

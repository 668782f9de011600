/** corpus.json: what is kept of the fuzzer's inputs, of each target the fewest that take all branches it has seen, in base64. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../src/replace-file.ts';

const FILE = join(import.meta.dirname, 'corpus.json');
/** Bytes of base64 for each target: all of them together stay below 300 KB. */
const ROOM = 13_000;

/** By the names of the targets. */
export type Corpus = Readonly<Record<string, readonly Uint8Array[]>>;

export function readCorpus(): Corpus {
  if (!existsSync(FILE)) return {};
  const stored = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, string[]>;
  const entries = Object.entries(stored).map(
    ([name, inputs]) => [name, inputs.map((input) => Uint8Array.from(Buffer.from(input, 'base64')))] as const,
  );
  return Object.fromEntries(entries);
}

/** A target a line. */
export function writeCorpus(corpus: Corpus): void {
  const lines = Object.entries(corpus).map(([name, inputs]) => {
    let room = ROOM;
    const texts = inputs.map((input) => Buffer.from(input).toString('base64'));
    const kept = texts.filter((text) => (room -= text.length + 6) >= 0);
    return `${JSON.stringify(name)}: ${JSON.stringify(kept)}`;
  });
  replaceFile(FILE, `{\n${lines.join(',\n')}\n}\n`);
}

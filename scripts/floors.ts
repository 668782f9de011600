// `npm run check:floors`: holds every package's files against `floor-rules.ts`. Prints one line per
// offence, `file:line: what, why`, and exits 1 if there is one.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkFloors } from './floor-rules.ts';

const root = join(import.meta.dirname, '..');
const files = new Map<string, string>();
for (const name of readdirSync(join(root, 'packages'))) read(`packages/${name}/package.json`);
// Only these folders: dist/ and node_modules/ are not ours to judge.
for (const name of readdirSync(join(root, 'packages')))
  for (const folder of ['src', 'test', 'examples', 'bench'])
    for (const file of list(`packages/${name}/${folder}`)) read(file);

const findings = checkFloors(files);
for (const { file, line, message } of findings) console.log(`${file}:${line}: ${message}`);
console.log(`floors: ${files.size} files, ${findings.length} offences`);
process.exitCode = findings.length > 0 ? 1 : 0;

function list(folder: string): string[] {
  const path = join(root, folder);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const names = readdirSync(path, { recursive: true }) as string[];
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

function read(file: string): void {
  const path = join(root, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) files.set(file, readFileSync(path, 'utf8'));
}

// `npm run check:floors`: holds every package's files against `floor-rules.ts`. Prints one line per
// offence, `file:line: what, why`, and exits 1 if there is one.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkFloors } from './floor-rules.ts';
import { packages, root, sourcesIn } from './sources.ts';

const files = new Map<string, string>();
for (const name of packages) read(`packages/${name}/package.json`);
// Only these folders: dist/ and node_modules/ are not ours to judge.
for (const name of packages)
  for (const folder of ['src', 'test', 'examples', 'bench', 'reliability'])
    for (const file of sourcesIn(`packages/${name}/${folder}`)) read(file);
for (const file of sourcesIn('examples')) read(file);

const findings = checkFloors(files);
for (const { file, line, message } of findings) console.log(`${file}:${line}: ${message}`);
console.log(`floors: ${files.size} files, ${findings.length} offences`);
process.exitCode = findings.length > 0 ? 1 : 0;

function read(file: string): void {
  const path = join(root, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) files.set(file, readFileSync(path, 'utf8'));
}

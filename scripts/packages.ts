// `npm run check:packages`: are the packages right as a stranger gets them? Each public one is packed as npm does it, and
// publint, attw and this judge the tarball: license, links, source maps. That they can be used is for a test to show,
// packages/conformance/test/slow/packages.test.ts. Prints each fault with what the tool said, and exits 1 if there is one.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packAll, run } from './for-tests/tarballs.ts';
import { brokenLinks } from './links.ts';

const root = join(import.meta.dirname, '..');
/** In a package that has parts of others: build.js of minis. */
const LICENSES = 'dist/THIRD-PARTY-LICENSES.txt';
/** All that may be packed: no test, no key, nothing that begins with a dot. */
const EXPECTED =
  /^(?:package\.json|LICENSE|README(?:\.ko)?\.md|bin\/minis\.js|src\/(?:[\w-]+\/)*[\w-]+\.ts|dist\/(?:[\w-]+\/)*\w[\w.-]*\.(?:js|css|json|map|d\.ts)|dist\/docs\/[\w-]+(?:\.ko)?\.md|dist\/THIRD-PARTY-LICENSES\.txt)$/;

async function toolFaults(tarball: string): Promise<string[]> {
  const tools: [name: string, ...args: string[]][] = [
    ['publint', 'run', tarball, '--strict'],
    ['attw', tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'],
  ];
  const faults = tools.map(([name, ...args]) =>
    run(join(root, 'node_modules/.bin', name), args, root).then(
      () => [],
      ({ message }: Error) => [message],
    ),
  );
  return (await Promise.all(faults)).flat();
}

/** @param content the folder that a tarball was unpacked into */
export function contentFaults(content: string): string[] {
  const names = readdirSync(content, { recursive: true }) as string[];
  const files = names.map((name) => name.replaceAll('\\', '/'));
  const read = (file: string): string => readFileSync(join(content, file), 'utf8');
  const licenses = files.includes(LICENSES) ? read(LICENSES) : '';
  return [
    ...(files.includes('LICENSE') ? [] : ['there is no LICENSE']),
    ...files
      .filter((file) => !EXPECTED.test(file) && statSync(join(content, file)).isFile())
      .map((file) => `${file} is packed`),
    ...files.filter((file) => file.endsWith('.md')).flatMap((page) => brokenLinks(content, page)),
    ...files.filter((file) => file.endsWith('.map')).flatMap((map) => wrongMap(content, map, read(map))),
    ...[...new Set(files.filter((file) => file.endsWith('.js')).flatMap((file) => othersIn(read(file))))]
      .filter((name) => !licenses.includes(`${name} `))
      .map((name) => `has parts of ${name}, but not its license`),
  ];
}

/** The sources are packed as well: a map that has them too would have them twice. */
function wrongMap(content: string, path: string, map: string): string[] {
  const { sources, sourcesContent } = JSON.parse(map) as { sources: string[]; sourcesContent?: string[] };
  const missing = sources.filter((source) => !existsSync(join(content, dirname(path), source)));
  return [
    ...missing.map((source) => `${path} leads to ${source}, which is not packed`),
    ...(sourcesContent === undefined ? [] : [`${path} has its sources a second time`]),
  ];
}

/** Of whom a bundle has parts: esbuild names each file. */
function othersIn(code: string): string[] {
  return [...code.matchAll(/^\/\/ .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)].map(
    ([, name = '']) => name,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = mkdtempSync(join(tmpdir(), 'minis-packages-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // Without a listener a signal ends the process before its 'exit' event, and the folder would stay.
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));

  const packed = await packAll(folder);
  const faults: string[] = [];
  for (const { manifest, tarball } of packed) {
    const content = join(folder, 'contents', manifest.name);
    mkdirSync(content, { recursive: true });
    await run('tar', ['xf', tarball, '--strip-components=1'], content);
    const found = [...(await toolFaults(tarball)), ...contentFaults(content)];
    faults.push(...found.map((fault) => `${manifest.name}: ${fault}`));
  }
  const names = packed.map(({ manifest }) => manifest.name);
  console.log([...faults, `packages: ${names.join(', ')}: ${faults.length} faults`].join('\n'));
  process.exitCode = faults.length > 0 ? 1 : 0;
}

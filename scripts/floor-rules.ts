// The floors of the house: an import goes down only (wire < connection < server and client),
// `wire/` touches nothing but its arguments, and no package under test leans on another
// implementation. The tables come first; a file's folder alone says on which floor it stands, and what stands in no folder
// is on the third. It is a check of the text: `source-text.ts` says what that cannot see.
// `test/floors.test.ts` breaks each rule once.

import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { codeOf, importsOf, lineAt } from './source-text.ts';

/** From the ground up: the first of these folders that holds a file below `src/` gives it its floor. */
const FLOORS: readonly { name: string; folders: RegExp }[] = [
  { name: 'wire', folders: /^wire\// },
  { name: 'connection', folders: /^(connection|io)\// },
  { name: 'server and client', folders: /^/ },
];

/** Folders of one floor that do not know each other. */
const STRANGERS = ['server/', 'client/'];

/** What each package under test may import beyond itself and Node: in `src/`, and around it. */
const UNDER_TEST: Record<string, { dependencies: string[]; src: string[]; around: string[] }> = {
  'tcp-echo': { dependencies: [], src: [], around: [] },
  'http-mini': { dependencies: [], src: [], around: [] },
  'ws-mini': {
    dependencies: ['http-mini'],
    src: ['http-mini/wire'],
    around: ['http-mini', 'http-mini/wire'],
  },
  explain: {
    dependencies: ['http-mini', 'ws-mini'],
    src: ['http-mini/wire', 'ws-mini/wire'],
    around: ['explain-mini', 'http-mini/wire', 'ws-mini', 'ws-mini/wire'],
  },
};
/** As a peer it is types alone, for those who use TypeScript: nothing of it runs. */
const TYPES_OF_NODE = '@types/node';
const TEST_TOOLS = ['vitest', 'fast-check', 'esbuild'];
/** Packages that run in a browser as a whole, as a wire does, and have no floors within. */
const FOR_BROWSERS = ['explain'];
/** Folders of what tries the sources, and is never shipped. */
const TRIED_IN: ReadonlySet<string> = new Set(['test', 'reliability']);
/** What those of several packages share: the one thing outside that they may import. From the folder of a package. */
const SHARED_BY_TESTS = '../../scripts/for-tests/';
const PEERS = ['ws', 'undici'];
const HOME_OF_PEERS = 'conformance';

/** Node's own implementations of what is written here from scratch. As types they are welcome. */
const REIMPLEMENTED = ['node:http', 'node:https', 'node:http2'];

/** What a wire file would have to be handed by its caller; `a.process` is somebody's own and not meant. */
const OUTSIDE_WORLD: readonly { names: RegExp; why: string }[] = [
  { names: /\b(set|clear)(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/g, why: 'wire has no timer' },
  { names: /\bDate\.now\b|\bnew Date\s*(\(\s*\)|(?=[^(\s]))|\bperformance\b/g, why: 'wire has no clock' },
  { names: /\bMath\.random\b|\bcrypto\b/g, why: 'wire has no randomness that was not passed in' },
  // But for what Node has and a browser has not: its version, `process?.versions`, because its own decoders were slower
  // once, and its check of UTF-8, `process?.getBuiltinModule`.
  {
    names: /\bprocess\b(?!\?[.:]\s*\{?\s*(?:versions|getBuiltinModule)\b)|\bconsole\b/g,
    why: 'wire runs in a browser, and does nothing but compute',
  },
];

const MOST_EXAMPLE_LINES = 60;

export interface Finding {
  file: string;
  line: number;
  message: string;
}
type Report = (line: number, message: string) => void;

/** The package, but for the examples at the top, which use several; the folder; and the path in it. */
const PLACE = /^(?:packages\/([^/]+)\/)?(?:([^/]+)\/)?(.+)$/;

/** `files` holds texts by path, as in `packages/http-mini/src/wire/head.ts`. */
export function checkFloors(files: ReadonlyMap<string, string>): Finding[] {
  const findings: Finding[] = [];
  const bufferPlaces = new Map<string, string>();
  for (const [file, text] of files) {
    const report: Report = (line, message) => findings.push({ file, line, message });
    const [, name = '', folder = '', path = ''] = PLACE.exec(file) ?? [];
    if (path === 'package.json') checkDependencies(name, text, report);
    if (!/\.tsx?$/.test(path)) continue;
    checkShape(folder, text, report);
    checkImports(name, folder, path, text, report);
    if (!(name in UNDER_TEST) || folder !== 'src' || !path.startsWith('wire/')) continue;
    checkOutsideWorld(text, report);
    checkBuffer(text, bufferPlaces.get(name), report, () => bufferPlaces.set(name, file));
  }
  return findings;
}

function checkDependencies(name: string, text: string, report: Report): void {
  const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  const allowed = UNDER_TEST[name]?.dependencies;
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'])
    for (const dependency of Object.keys(manifest[kind] ?? {}))
      if (kind === 'peerDependencies' && dependency === TYPES_OF_NODE) continue;
      else if (allowed !== undefined && !allowed.includes(dependency))
        report(1, `${kind} has ${dependency}, but ${name} depends on ${allowed.join() || 'nothing'}`);
      else if (PEERS.includes(dependency) && name !== HOME_OF_PEERS)
        report(1, `${kind} has ${dependency}, but peers live in packages/${HOME_OF_PEERS} only`);
}

function checkShape(folder: string, text: string, report: Report): void {
  const lines = text.trimEnd().split('\n').length;
  if (folder === 'src' && !/^(#!.*\n)?\s*\/[/*]/.test(text))
    report(1, 'no opening comment, but a file first says its idea and what it promises');
  if (folder === 'examples' && lines > MOST_EXAMPLE_LINES)
    report(MOST_EXAMPLE_LINES + 1, `${lines} lines, but an example has at most ${MOST_EXAMPLE_LINES}`);
}

function checkImports(name: string, folder: string, path: string, text: string, report: Report): void {
  const isSource = name in UNDER_TEST && folder === 'src';
  for (const { specifier, line, typeOnly } of importsOf(text)) {
    const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(specifier);
    if (specifier.startsWith('.')) {
      const target = join(dirname(path), specifier);
      const place = join(folder, target);
      const leaves = name === '' ? !place.startsWith(`${folder}/`) : place.startsWith('..');
      if (leaves && !(TRIED_IN.has(folder) && place.startsWith(SHARED_BY_TESTS)))
        report(line, `imports ${specifier}, which leaves the package; a neighbour is imported by its name`);
      else if (isSource && !FOR_BROWSERS.includes(name)) checkStep(path, target, specifier, line, report);
    } else if (isBuiltin) {
      if (isSource && (path.startsWith('wire/') || FOR_BROWSERS.includes(name)))
        report(line, `imports ${specifier}, but this runs in a browser`);
      else if (isSource && REIMPLEMENTED.includes(specifier) && !typeOnly)
        report(line, `imports ${specifier} as more than a type, but this is written from scratch`);
    } else if (!mayImport(name, folder, specifier)) {
      report(line, `imports ${specifier}, which ${folder}/ of ${name} may not: it stands on its own`);
    }
  }
}

function checkStep(from: string, to: string, specifier: string, line: number, report: Report): void {
  const floorOf = (path: string): number => FLOORS.findIndex(({ folders }) => folders.test(path));
  const [start, end] = [floorOf(from), floorOf(to)];
  if (end > start)
    report(
      line,
      `imports ${specifier}, up from '${FLOORS[start]?.name}' to '${FLOORS[end]?.name}'; down only`,
    );
  const [home, other] = [from, to].map((path) => STRANGERS.find((folder) => path.startsWith(folder)));
  if (home !== undefined && other !== undefined && home !== other)
    report(line, `imports ${specifier}, but ${STRANGERS.join(' and ')} do not know each other`);
}

function mayImport(name: string, folder: string, specifier: string): boolean {
  const [dependency = ''] = specifier.split('/');
  const allowed = UNDER_TEST[name];
  if (allowed === undefined) return name === HOME_OF_PEERS || !PEERS.includes(dependency);
  if (folder === 'src') return allowed.src.includes(specifier);
  if (folder === 'test' && TEST_TOOLS.includes(dependency)) return true;
  return dependency === name || allowed.around.includes(specifier);
}

function checkOutsideWorld(text: string, report: Report): void {
  const code = codeOf(text);
  for (const { names, why } of OUTSIDE_WORLD)
    for (const found of code.matchAll(names))
      if (isGlobal(code, found.index)) report(lineAt(text, found.index), `uses ${found[0]}, but ${why}`);
}

/** Not the property of something else: `globalThis.process` is the global, `this.process` is not. */
function isGlobal(code: string, at: number): boolean {
  const owner = /([\w$]*)\??\.$/.exec(code.slice(Math.max(0, at - 40), at));
  return owner === null || owner[1] === 'globalThis';
}

// Buffer is fast at a few things and absent in browsers, so one file of a package may ask for it
// through `globalThis`. That it also has a fallback is for that file's own test to show.
function checkBuffer(text: string, place: string | undefined, report: Report, claim: () => void): void {
  const code = codeOf(text);
  const at = code.search(/\bBuffer\b/);
  if (at < 0) return;
  if (place !== undefined)
    report(lineAt(text, at), `uses Buffer, but ${place} is already the one place that may`);
  else if (/\bglobalThis\b/.test(code)) claim();
  else report(lineAt(text, at), 'uses Buffer, but a browser has none: ask globalThis, and have a fallback');
}

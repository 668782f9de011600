// Each rule of supply.ts, broken once.

import { expect, test } from 'vitest';
import { type Lock, lockFaults, manifestFaults, sourceFaults } from '../supply.ts';

const ours = new Map([['http-mini', '0.1.0']]);
type Published = Parameters<typeof manifestFaults>[0];
const faultsOf = (manifest: object): string[] => manifestFaults(manifest as Published, ours);

test('a package that needs the others alone', () => {
  const types = { '@types/node': '>=20' };
  const optional = { '@types/node': { optional: true } };
  const scripts = { prepack: 'a', prepublishOnly: 'b', test: 'c' };
  const dependencies = { 'http-mini': '0.1.0' };
  expect(
    faultsOf({ dependencies, peerDependencies: types, peerDependenciesMeta: optional, scripts }),
  ).toEqual([]);
});

test.each([
  ['needs ws ^8.0.0, which is not published from here', { dependencies: { ws: '^8.0.0' } }],
  ['needs http-mini ^0.1.0, which is not published from here', { dependencies: { 'http-mini': '^0.1.0' } }],
  ['needs fsevents 2.0.0, which is not published from here', { optionalDependencies: { fsevents: '2.0.0' } }],
  ['has ws in its bundle', { bundleDependencies: ['ws'] }],
  ['asks for ws', { peerDependencies: { ws: '*' } }],
  ['runs a script at postinstall', { scripts: { postinstall: 'node a.js' } }],
  ['runs a script at prepare', { scripts: { prepare: 'tsc' } }],
])('%s', (fault, manifest) => expect(faultsOf(manifest)).toEqual([fault]));

const lock = (entry: Lock['packages'][string], path = 'node_modules/a'): Lock => ({
  packages: { '': {}, 'packages/b': {}, 'node_modules/b': { link: true }, [path]: entry },
});
const integrity = 'sha512-x';

test('a lockfile with a hash for each', () => {
  expect(lockFaults(lock({ integrity }), {})).toEqual([]);
  expect(lockFaults(lock({ integrity, resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' }), {})).toEqual(
    [],
  );
  expect(
    lockFaults(lock({ integrity, hasInstallScript: true }, 'node_modules/b/node_modules/@a/c'), {
      '@a/c': false,
    }),
  ).toEqual([]);
});

test.each([
  [
    'comes from git+ssh://git@host.example/a.git',
    { integrity, resolved: 'git+ssh://git@host.example/a.git' },
  ],
  [
    'comes from https://registry.npmjs.org.example/a.tgz',
    { integrity, resolved: 'https://registry.npmjs.org.example/a.tgz' },
  ],
  ['has no hash', {}],
  ['has no hash', { integrity: 'sha1-x' }],
  ['has an install script: see allowScripts', { integrity, hasInstallScript: true }],
])('node_modules/a %s', (fault, entry) =>
  expect(lockFaults(lock(entry), { b: true })).toEqual([`node_modules/a ${fault}`]),
);

test.each([
  ["import { Script } from 'node:vm';", 'evaluates text by node:vm'],
  ["const { Script } = await import('vm');", 'evaluates text by node:vm'],
  ['const two = eval("1 + 1");', 'evaluates text'],
  ['const two = (0, eval)("1 + 1");', 'evaluates text'],
  ['const two = new Function("return 1 + 1");', 'evaluates text'],
  ['const two = Function("return 1 + 1");', 'evaluates text'],
  ['new Worker(text, { eval: true });', 'evaluates text in a thread'],
  ["process.binding('fs');", 'reaches into Node'],
  ['await import(name);', 'loads a module by a computed name'],
  ['await import(`node:fs`);', 'loads a module by a computed name'],
  ['require(name);', 'loads a module by a computed name'],
  ['globalThis.fetch = ours;', 'changes a global'],
  ['globalThis[name] = ours;', 'changes a global'],
  ["Object.defineProperty(globalThis, 'fetch', {});", 'changes a global'],
])('%s', (line, fault) => expect(sourceFaults('a.ts', `\n${line}\n`)).toEqual([`a.ts:2: ${fault}`]));

test('what only looks like it', () => {
  const lines = [
    "// eval(text), new Function(text), from 'node:vm'",
    "const text = 'eval(1) globalThis.fetch = 1';",
    'if (globalThis.fetch === ours) retrieval(1);',
    'const isFunction = (value: unknown): value is Function => aFunction(value);',
    "const name = () => import('./name.ts');",
    'loader.import(name);',
  ];
  expect(sourceFaults('a.ts', lines.join('\n'))).toEqual([]);
});

test('an exception that is needed no more', () => {
  const path = 'packages/http-mini/src/fetch/light.ts';
  expect(sourceFaults(path, 'globalThis.fetch = ours;')).toEqual([]);
  expect(sourceFaults(path, '')).toEqual([`${path}: no longer changes a global: strike its exception`]);
});

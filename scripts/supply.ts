// `npm run check:supply`: what comes in with these packages, and what they may do with the platform. A published package needs
// the others of this repository alone, and runs nothing when it is installed; the lockfile takes each dependency of the
// tests from npm's registry, by its hash; the source evaluates no text, loads no module by a computed name, and reaches for
// nothing internal. That no object of the platform is changed is for a test to show: untouched.mjs in conformance.
// Prints each fault, and exits 1 if there is one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Manifest } from './manifests.ts';
import { codeOf, importsOf, lineAt } from './source-text.ts';
import { packages, root, sourcesIn } from './sources.ts';

type Dependencies = Record<string, string>;

interface Published extends Manifest {
  dependencies?: Dependencies;
  optionalDependencies?: Dependencies;
  bundleDependencies?: string[];
  peerDependencies?: Dependencies;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** Scripts that npm runs where a package is installed, from the registry or from Git. */
const AT_INSTALL = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];

/** @param manifest of a package that is published @param ours versions of all that are, by name */
export function manifestFaults(manifest: Published, ours: ReadonlyMap<string, string>): string[] {
  const { dependencies = {}, optionalDependencies = {}, bundleDependencies = [], scripts = {} } = manifest;
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const needed = { ...dependencies, ...optionalDependencies };
  return [
    ...Object.entries(needed)
      .filter(([name, version]) => ours.get(name) !== version)
      .map(([name, version]) => `needs ${name} ${version}, which is not published from here`),
    ...bundleDependencies.map((name) => `has ${name} in its bundle`),
    ...Object.keys(peerDependencies)
      .filter((name) => peerDependenciesMeta[name]?.optional !== true)
      .map((name) => `asks for ${name}`),
    ...AT_INSTALL.filter((name) => name in scripts).map((name) => `runs a script at ${name}`),
  ];
}

export interface Lock {
  packages: Record<
    string,
    { link?: boolean; resolved?: string; integrity?: string; hasInstallScript?: boolean; inBundle?: boolean }
  >;
}

/** @param allowed which packages may run a script when they are installed: the root's `allowScripts` */
export function lockFaults(lock: Lock, allowed: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(lock.packages).flatMap(([path, { link, resolved, integrity, hasInstallScript }]) => {
    const name = /(?<=node_modules\/)(?!.*node_modules\/).*$/.exec(path)?.[0];
    if (name === undefined || link === true) return []; // a folder of this repository
    const isElsewhere = resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/');
    return [
      ...(isElsewhere ? [`${path} comes from ${resolved}`] : []),
      ...(integrity?.startsWith('sha512-') ? [] : [`${path} has no hash`]),
      ...(hasInstallScript && allowed[name] === undefined
        ? [`${path} has an install script: see allowScripts`]
        : []),
    ];
  });
}

/** What no file of src/ does, but for those that say why. */
const RULES: readonly { what: string; pattern: RegExp; except?: Readonly<Record<string, string>> }[] = [
  { what: 'evaluates text', pattern: /\beval\b\s*[(,;)]|\bnew Function\b|(?<![.\w])Function\s*\(/ },
  {
    what: 'evaluates text in a thread',
    pattern: /\beval: true\b/,
    except: {
      'packages/lab/src/note/experiments/accepting.ts': 'a constant, which sleeps in a thread of its own',
    },
  },
  { what: 'reaches into Node', pattern: /\bprocess\s*\.\s*(?:binding|_linkedBinding|dlopen)\b/ },
  {
    what: 'loads a module by a computed name',
    pattern: /(?<![.\w])(?:import|require)\s*\((?!\s*['"])/,
    except: {
      'packages/learn/src/walk.ts': 'a program that it has just built from the source of the packages',
    },
  },
  {
    what: 'changes a global',
    pattern: /\bglobalThis(?:\.\w+|\[[^\]]*\])\s*=(?!=)|\.define(?:Property|Properties)\(\s*globalThis\b/,
    except: {
      'packages/http-mini/src/fetch/light.ts': 'useLightObjects, which a program calls to have that',
    },
  },
];

/** @param path from the root */
export function sourceFaults(path: string, text: string): string[] {
  const code = codeOf(text);
  const imports = importsOf(text).filter(({ specifier }) => /^(?:node:)?vm$/.test(specifier));
  return [
    ...imports.map(({ line }) => `${path}:${line}: evaluates text by node:vm`),
    ...RULES.flatMap(({ what, pattern, except = {} }) => {
      const found = pattern.exec(code);
      if (path in except) return found === null ? [`${path}: no longer ${what}: strike its exception`] : [];
      return found === null ? [] : [`${path}:${lineAt(text, found.index)}: ${what}`];
    }),
  ];
}

function read<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Content;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const manifests = packages.map((name) => read<Published>(`packages/${name}/package.json`));
  const published = manifests.filter((manifest) => manifest.private !== true);
  const ours = new Map(published.map(({ name, version }) => [name, version]));
  const sources = packages.flatMap((name) => sourcesIn(`packages/${name}/src`));
  const faults = [
    ...published.flatMap((manifest) =>
      manifestFaults(manifest, ours).map((fault) => `${manifest.name}: ${fault}`),
    ),
    ...lockFaults(
      read('package-lock.json'),
      read<{ allowScripts: Record<string, boolean> }>('package.json').allowScripts,
    ),
    ...sources.flatMap((path) => sourceFaults(path, readFileSync(join(root, path), 'utf8'))),
  ];
  const counts = `${published.length} packages, ${sources.length} files`;
  console.log([...faults, `supply: ${counts}, ${faults.length} faults`].join('\n'));
  process.exitCode = faults.length > 0 ? 1 : 0;
}

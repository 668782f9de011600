/**
 * Counts branches: the packages' source gets a counter at the begin of each function, branch, loop body, case and right side of
 * `&&`, `||` and `??`. Of a run, the counters say which branches it took and how often, which is what leads a fuzzer into code
 * that it has not seen, and the same sum is how much work it was, on any machine.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin, transform } from 'esbuild';
import { parseAst } from 'rollup/parseAst';
import { type Internals, PLACES } from './internals.ts';
import type { Target } from './target.ts';

const PACKAGES = join(import.meta.dirname, '../../..');
const OWN = join(import.meta.dirname, '../..');
/** More than there are branches. */
const ROOM = 0x1_0000;
/** More often than the largest input takes any branch. */
const ENDLESS = 4_000_000;
/** What is thrown then. */
export const NO_END = 'it does not end';

export interface Instrumented {
  readonly targets: readonly Target[];
  readonly counters: Uint32Array;
  /** Of each file, as a target's `files` names it: its first counter, and one past its last. */
  readonly ranges: ReadonlyMap<string, readonly [start: number, end: number]>;
}

export async function instrument(): Promise<Instrumented> {
  const ranges = new Map<string, [number, number]>();
  const { outputFiles } = await build({
    stdin: { contents: entry(), resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@minis/source'],
    external: ['fast-check'],
    plugins: [counting(ranges)],
  });
  const modules = join(OWN, 'node_modules');
  await mkdir(modules, { recursive: true }); // beside it, so that what is not bundled is found
  const folder = await mkdtemp(join(modules, '.fuzz-'));
  try {
    const file = join(folder, 'targets.mjs');
    await writeFile(file, outputFiles[0]!.contents);
    const { counters, targets } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Instrumented;
    return { counters, targets, ranges };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function entry(): string {
  const imports = Object.entries(PLACES).map(
    ([names, file]) => `import { ${names} } from ${JSON.stringify(join(PACKAGES, file))};`,
  );
  const names: (keyof Internals)[] = Object.keys(PLACES).join(', ').split(', ') as (keyof Internals)[];
  return `
    ${imports.join('\n')}
    import { targetsWith } from './targets.ts';
    export { counters } from 'counters';
    export const targets = targetsWith({ ${names.join(', ')} });
  `;
}

function counting(ranges: Map<string, [number, number]>): Plugin {
  let next = 0;
  const COUNTED = /\/packages\/((?:http-mini|ws-mini|explain|minis)\/src\/.*)\.ts$/;
  return {
    name: 'counting',
    setup(building) {
      building.onResolve({ filter: /^counters$/ }, () => ({ path: 'counters', namespace: 'counters' }));
      building.onLoad({ filter: /.*/, namespace: 'counters' }, () => ({
        contents: `export const counters = new Uint32Array(${ROOM});`,
      }));
      building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const [, name] = COUNTED.exec(path.replaceAll('\\', '/')) ?? [];
        if (name === undefined) return undefined;
        const { code } = await transform(await readFile(path, 'utf8'), { loader: 'ts', target: 'node20' });
        const start = next;
        const counted = withCounters(code, () => next++);
        ranges.set(`${name}.ts`, [start, next]);
        return { contents: `import { counters as $count } from 'counters';\n${counted}`, loader: 'js' };
      });
    },
  };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** @param next gives each place a number */
export function withCounters(code: string, next: () => number): string {
  const insertions: { at: number; text: string }[] = [];
  const add = (at: number, text: string): unknown => insertions.push({ at, text });
  const count = (): string => `$count[${next()}]++`;
  // Where an endless loop passes: it ends in an error, which an oracle sees, and not the whole run.
  const countToEnd = (): string => `if (${count()} > ${ENDLESS}) throw new Error('${NO_END}')`;

  const statement = (node: Node, counted: () => string = count): void => {
    if (node.type === 'BlockStatement') {
      add(node.start + 1, ` ${counted()};`);
      children(node);
    } else {
      add(node.start, `{ ${counted()}; `);
      visit(node);
      add(node.end, ' }');
    }
  };
  const expression = (node: Node): void => {
    add(node.start, `(${count()}, `);
    visit(node);
    add(node.end, ')');
  };
  const children = (node: Node, ...without: string[]): void => {
    for (const [key, value] of Object.entries(node))
      if (without.includes(key)) continue;
      else if (Array.isArray(value)) for (const one of value) isNode(one) && visit(one);
      else if (isNode(value)) visit(value);
  };
  const visit = (node: Node): void => {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        const body = node['body'] as Node;
        children(node, 'body');
        return body.type === 'BlockStatement' ? statement(body, countToEnd) : expression(body);
      }
      case 'IfStatement':
        visit(node['test'] as Node);
        statement(node['consequent'] as Node);
        if (node['alternate'] !== null) statement(node['alternate'] as Node);
        else add(node.end, ` else { ${count()}; }`);
        return;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        children(node, 'body');
        return statement(node['body'] as Node, countToEnd);
      case 'ConditionalExpression':
        visit(node['test'] as Node);
        expression(node['consequent'] as Node);
        return expression(node['alternate'] as Node);
      case 'LogicalExpression':
        visit(node['left'] as Node);
        return expression(node['right'] as Node);
      case 'CatchClause':
        children(node, 'body');
        return statement(node['body'] as Node);
      case 'SwitchCase': {
        const consequent = node['consequent'] as Node[];
        if (isNode(node['test'])) visit(node['test']);
        add(consequent[0]?.start ?? node.end, ` ${count()}; `);
        for (const one of consequent) visit(one);
        return;
      }
      default:
        children(node);
    }
  };
  visit(parseAst(code) as unknown as Node);
  // Those at one place stay in the order in which they were made: what was opened last is closed first.
  insertions.sort((one, other) => one.at - other.at);
  let out = '';
  let from = 0;
  for (const { at, text } of insertions) {
    out += code.slice(from, at) + text;
    from = at;
  }
  return out + code.slice(from);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

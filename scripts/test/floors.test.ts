// Breaks each rule of the floors once, on texts, and shows that a clean text passes. A check that
// cannot fail would look the same as a check that passes, so this runs in `npm run check` too.

import { expect, test } from 'vitest';
import { checkFloors } from '../floor-rules.ts';
import { codeOf, importsOf } from '../source-text.ts';

function findings(...files: [path: string, text: string][]): string[] {
  const fromRoot = (path: string) => (path.startsWith('examples/') ? path : `packages/${path}`);
  return checkFloors(new Map(files.map(([path, text]) => [fromRoot(path), text]))).map(
    ({ line, message }) => `${line}: ${message}`,
  );
}

/** One wire file of http-mini whose second line is `line`. */
const wire = (line: string) => findings(['http-mini/src/wire/head.ts', `// The head.\n${line}\n`]);

const broken: [rule: string, path: string, text: string, finding: RegExp][] = [
  ['wire goes up', 'http-mini/src/wire/a.ts', "//\nimport '../explain.ts';", /^2: .*up from 'wire'/],
  [
    'connection goes up',
    'ws-mini/src/connection/connection.ts',
    "//\nexport * from '../server/server.ts';",
    /up from 'connection'/,
  ],
  ['protocol knows explain', 'http-mini/src/server/a.ts', "//\nimport 'explain-mini';", /may not/],
  ['peer in a command', 'minis/src/a.ts', "//\nimport 'ws';", /may not/],
  ['type goes up', 'http-mini/src/wire/a.ts', "//\nimport type { A } from '../a.ts';", /up from 'wire'/],
  ['import() goes up', 'http-mini/src/wire/a.ts', "//\ntype A = import('../a.ts').A;", /up from 'wire'/],
  [
    'strangers',
    'http-mini/src/client/pool.ts',
    "//\nimport '../server/server.ts';",
    /do not know each other/,
  ],
  ['wire builtin', 'ws-mini/src/wire/a.ts', "//\nimport {\n  a,\n} from 'node:crypto';", /^4: .*browser/],
  ['builtin of what explains', 'explain/src/a.ts', "//\nimport 'node:zlib';", /runs in a browser/],
  ['explain beyond wire', 'explain/src/a.ts', "//\nimport 'ws-mini';", /may not/],
  ['node:http', 'ws-mini/src/server/server.ts', "//\nimport { Server } from 'node:http';", /from scratch/],
  ['http knows ws', 'http-mini/src/server/a.ts', "//\nimport 'ws-mini';", /may not/],
  ['ws beyond wire', 'ws-mini/src/server/server.ts', "//\nimport 'http-mini';", /may not/],
  ['peer in test', 'ws-mini/test/a.test.ts', "import WebSocket from 'ws';", /may not/],
  ['peer in example', 'http-mini/examples/a.ts', "await import('undici');", /may not/],
  ['tool in src', 'tcp-echo/src/a.ts', "//\nimport 'fast-check';", /may not/],
  ['peer in lab', 'lab/src/a.ts', "//\nimport 'undici';", /may not/],
  ['leaves the package', 'lab/src/a.ts', "//\nimport '../../ws-mini/src/frame.ts';", /leaves the package/],
  [
    'shared by tests, not by src',
    'lab/src/a.ts',
    "//\nimport '../../../scripts/for-tests/commands.ts';",
    /leaves the package/,
  ],
  ['a test leaves too', 'lab/test/a.ts', "import '../../../scripts/links.ts';", /leaves the package/],
  [
    'dependency',
    'ws-mini/package.json',
    '{"dependencies":{"http-mini":"1","ws":"8"}}',
    /dependencies has ws/,
  ],
  [
    'types to run',
    'ws-mini/package.json',
    '{"dependencies":{"@types/node":"20"}}',
    /dependencies has @types/,
  ],
  ['peer dependency of lab', 'lab/package.json', '{"devDependencies":{"undici":"7"}}', /peers live in/],
  ['no opening comment', 'lab/src/a.ts', 'export const a = 1;', /no opening comment/],
  ['long example', 'lab/examples/a.ts', '1;\n'.repeat(61), /^61: 61 lines/],
  ['long example at the top', 'examples/a/a.ts', '1;\n'.repeat(61), /^61: 61 lines/],
  ['peer in an example at the top', 'examples/a/a.ts', "import 'ws';", /may not/],
  ['an example at the top leaves', 'examples/a/a.ts', "import '../../packages/lab/src/a.ts';", /leaves/],
];
for (const [rule, path, text, expected] of broken)
  test(`offends: ${rule}`, () => {
    const found = findings([path, text]);
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

// Code in strings with `${` in it is the point here.
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: see above
const outside = ['setTimeout(f)', 'Date.now()', 'new Date()', 'new Date;', 'Math.random()', 'crypto.subtle'];
for (const code of [
  ...outside,
  'performance.now()',
  'process.env',
  'globalThis.process',
  '`${`${Date.now()}`}`',
  '`${{ a: 1 }.a + Date.now()}`',
  '`${a}`; {} Date.now(); `b`',
])
  test(`offends in wire: ${code}`, () => expect(wire(code)).toEqual([expect.stringMatching(/^2: uses /)]));

const own = [
  'new Date(0)',
  'this.process(a)',
  'globalThis.process?.versions?.node',
  "globalThis.process?.getBuiltinModule?.('node:buffer')?.isUtf8",
  '/* setTimeout */',
  '"Date.now()"',
  '`process`',
  '/["process]/.test(a)',
];
for (const code of [...own, 'a / 2; // process', '`${a}process${{ b: `crypto` }}`', 'const setTimeouts = 1'])
  test(`passes in wire: ${code}`, () => expect(wire(code)).toEqual([]));

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above

test('Buffer: through globalThis, in one place of a package', () => {
  const asks = '// .\nconst native = (globalThis as { Buffer?: unknown }).Buffer;';
  expect(findings(['ws-mini/src/wire/a.ts', asks], ['http-mini/src/wire/a.ts', asks])).toEqual([]);
  expect(wire('Buffer.from(a)').join()).toMatch(/a browser has none/);
  const twice = findings(['ws-mini/src/wire/a.ts', asks], ['ws-mini/src/wire/b.ts', asks]);
  expect(twice.join()).toMatch(/already the one place/);
});

test('a house in order has no findings', () => {
  const server =
    "// .\nimport type { Server } from 'node:http';\nimport { a } from 'http-mini/wire';\nimport './wire/b.ts';";
  expect(
    findings(
      [
        'ws-mini/package.json',
        '{"dependencies":{"http-mini":"0.1.0"},"peerDependencies":{"@types/node":">=20"}}',
      ],
      ['minis/src/cli.ts', '#!/usr/bin/env node\n// The command line.\nimport "ws-mini";'],
      ['ws-mini/src/server/server.ts', server],
      [
        'ws-mini/src/wire/b.ts',
        "// import 'node:net';\nexport const text = \"import 'ws'\";\nArray.from('abc');",
      ],
      [
        'ws-mini/test/a.test.ts',
        "import { test } from 'vitest';\nimport 'ws-mini';\nimport '../src/server/server.ts';",
      ],
      ['conformance/test/a.test.ts', "import { WebSocket } from 'ws';\nimport * as undici from 'undici';"],
    ),
  ).toEqual([]);
});

test('the text keeps its length and lines, and imports are found where they stand', () => {
  const text =
    "/* a\n'b */ import type { A } from './a.ts';\nimport B, { type C } from \"b\"; /[/*'`]/; export * from 'c';";
  expect(codeOf(text)).toHaveLength(text.length);
  expect(importsOf(text)).toEqual([
    { specifier: './a.ts', line: 2, typeOnly: true },
    { specifier: 'b', line: 3, typeOnly: false },
    { specifier: 'c', line: 3, typeOnly: false },
  ]);
});

// The commands and outputs that the READMEs show. Each line of an `sh` block falls under one of the rules below: its script or
// program is there, the files that it names are, and so are its options, by the parser of the command itself or by its help. What
// another program does is not ours to try, and has its reason. Each block that shows an output is claimed too: made again and
// compared, but for times, ports and versions, or held against what it counts. TypeScript blocks are run by the test beside this one
// and by those of the packages.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { conformance } from '../../packages/conformance/src/main.ts';
import { probes as httpClient } from '../../packages/conformance/src/probes/http-client/index.ts';
import { probes as httpServer } from '../../packages/conformance/src/probes/http-server/index.ts';
import type { AboutProbe } from '../../packages/conformance/src/probes/probe.ts';
import { probes as websocketServer } from '../../packages/conformance/src/probes/websocket-server/index.ts';
import { learn } from '../../packages/learn/src/main.ts';
import { connect, createEchoServer, describe as told } from '../../packages/tcp-echo/src/index.ts';
import { packages, root } from '../sources.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = ['', ...packages.map((name) => `packages/${name}/`)]
  .flatMap((folder) => ['README.md', 'README.ko.md'].map((page) => `${folder}${page}`))
  .filter((page) => existsSync(join(root, page)));
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

function blocksOf(page: string, language: string): string[] {
  return [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, of, text = '']) =>
    of === language ? [text] : [],
  );
}

/** Without their comments; what `&&` joins is several. */
function commandsIn(page: string): string[] {
  return blocksOf(page, 'sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, ''))
    .flatMap((line) => line.split(' && '))
    .map((command) => command.trim())
    .filter((command) => command !== '');
}

// ── Commands ──

type Check = (words: string[], command: string) => void | Promise<void>;

/** For what has a parser that can be called: it refuses what it does not know before it tells what it does. */
const parsedBy =
  (run: (args: string[]) => Promise<void>): Check =>
  async (words) => {
    const errors: string[] = [];
    const listeners = process.stdout.listeners('error');
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(`${text}`) > 0);
    try {
      const cut = words.indexOf('--');
      await run(cut < 0 ? [...words, '--help'] : [...words.slice(0, cut), '--help', ...words.slice(cut)]);
    } finally {
      out.mockRestore();
      err.mockRestore();
      process.exitCode = undefined;
      for (const one of process.stdout.listeners('error'))
        if (!listeners.includes(one)) process.stdout.off('error', one as () => void);
    }
    expect(errors).toEqual([]);
  };

/** For what starts as soon as it is loaded: its source has the option, in its help. */
const helpIn =
  (...paths: string[]): Check =>
  (words) => {
    const help = paths.map(read).join('');
    expect(words.filter((word) => /^--\w/.test(word) && !help.includes(word))).toEqual([]);
  };

/** By command: where its help is. */
const MINIS: Record<string, string> = {
  serve: 'serve/serve.ts',
  get: 'get/get.ts',
  ws: 'ws/ws.ts',
  listen: 'ws/listen.ts',
  echo: 'echo.ts',
  explain: 'explain.ts',
  probe: 'probe.ts',
  lab: 'lab.ts',
  learn: 'learn.ts',
};

const RULES: readonly (readonly [pattern: RegExp, check: Check])[] = [
  [/^npm run conformance(?: -- (.*))?$/, parsedBy((args) => conformance(args, 'conformance'))],
  [/^npm run learn(?: -- (.*))?$/, parsedBy((args) => learn(args, 'learn'))],
  [/^npm run subject -- (.*)$/, helpIn('packages/conformance/src/subjects/cli.ts')],
  [/^npm run bench(?: -- (.*))?$/, helpIn('packages/conformance/bench/cli.ts')],
  [/^npm run reliability(?: -- (.*))?$/, helpIn('packages/conformance/reliability/cli.ts')],
  [/^npm start(?: -- (.*))?$/, helpIn('packages/lab/src/main.ts')],
  [/^npm run (?:[\w:]+)$/, (_, command) => expect(Object.keys(scripts)).toContain(command.split(' ')[2])],
  [
    /^(?:printf .* \| )?(?:npx )?minis (.*)$/,
    ([name = '', ...words], command) => {
      expect(Object.keys(MINIS), command).toContain(name);
      helpIn(`packages/minis/src/${MINIS[name]}`)(words, command);
    },
  ],
  [
    /^npx tsx --conditions=@minis\/source (.*)$/,
    ([file = '']) => expect(existsSync(join(root, file)), file).toBe(true),
  ],
];

/** What is not tried, and why. */
const OTHERS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^npm (ci|test)$/, 'this is how the tests were started'],
  [/^npm install --no-save /, 'it changes the clone'],
  [/^(curl|redis-server|nginx)\b/, "another program, and its own parser's word"],
];

const commands = [...new Set(pages.flatMap((page) => commandsIn(read(page))))];

/** As a shell splits them, as far as the READMEs need it. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

test.each(commands)('%s', async (command) => {
  if (OTHERS.some(([pattern]) => pattern.test(command))) return;
  const [pattern, check] = RULES.find(([one]) => one.test(command)) ?? [];
  expect(pattern, 'a rule for it, or a reason in OTHERS').toBeDefined();
  await check!(wordsOf(pattern!.exec(command)![1] ?? ''), command);
});

test('each rule and each reason is used', () => {
  const patterns = [...RULES, ...OTHERS].map(([pattern]) => pattern);
  expect(patterns.filter((pattern) => !commands.some((command) => pattern.test(command)))).toEqual([]);
});

test.each(pages.filter((page) => page.endsWith('.ko.md')))(
  '%s shows the same commands as in English',
  (page) => {
    const translated = commandsIn(read(page)).map((command) => command.replace('안녕', 'hello'));
    expect(translated).toEqual(commandsIn(read(page.replace('.ko.', '.'))));
  },
);

test.each([
  'npm run conformance -- --quite 5',
  'npm run learn -- http 3 check --frobnicate',
  'npm run bench -- --no-such-option',
  'minis sing',
  'npm run nothing',
  'npx tsx --conditions=@minis/source packages/none.ts',
])('offends: %s', async (command) => {
  const [pattern, check] = RULES.find(([one]) => one.test(command))!;
  await expect(async () => check(wordsOf(pattern.exec(command)![1] ?? ''), command)).rejects.toThrow();
});

// ── Outputs ──

/** What is wrong with a block. */
type Claim = (block: string, page: string) => string[] | Promise<string[]>;

const PROBES: Readonly<Record<string, readonly AboutProbe[]>> = {
  'http server': httpServer,
  'http client': httpClient,
  'websocket server': websocketServer,
};

/** The summary: who holds how many of what can be asked. Ours hold all of it; of others, it adds up. */
const summary: Claim = (block) =>
  block
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, name = '', family = '', figures = ''] = /^(.*?) \((.*?)\) +(.*)$/.exec(line) ?? [];
      const [must, should, strictness, may, failed, known, notAsked] = figures.trim().split(/ +/);
      const probes = PROBES[family] ?? [];
      const levels = [must, should, strictness, may].map((cell = '') => cell.split('/').map(Number));
      const asked = levels.reduce((sum, [, of = 0]) => sum + of, 0);
      const isOurs = /-mini$/.test(name);
      return [
        ...(asked + Number(notAsked) === probes.length ? [] : [`${line}: there are ${probes.length} probes`]),
        ...(levels[0]![1]! - levels[0]![0]! === Number(failed) + Number(known) ? [] : [`${line}: failed`]),
        ...(isOurs && levels.some(([held, of]) => held !== of) ? [`${line}: ours hold all`] : []),
      ];
    });

/** Chapters by servers: ours holds all of a chapter, and another is asked the same. */
const matrix: Claim = (block) =>
  block
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [chapter, ours, others] = line.split(/ +/);
      const probes = httpServer.filter(
        ({ name, level }) => name.startsWith(`${chapter}/`) && level !== 'may',
      );
      const isRight = ours === `${probes.length}/${probes.length}` && others?.endsWith(`/${probes.length}`);
      return isRight ? [] : [`${line}: there are ${probes.length} probes`];
    });

/** Properties: each row is one that the source has by this name. */
const laws: Claim = (block) => {
  const folder = 'packages/conformance/src/properties';
  const names = readdirSync(join(root, folder))
    .map((file) => read(`${folder}/${file}`))
    .join('');
  const rows = [...block.matchAll(/^\d+ +(.*?) {2,}/gm)].map(([, name = '']) => name);
  return rows.length === 0 ? ['no row'] : rows.filter((name) => !names.includes(name));
};

/** The life of an echo: the same lines, but for times and ports. */
const life: Claim = async (block, page) => {
  const [, word = ''] = /^npx minis echo (\S+)$/m.exec(commandsIn(read(page)).join('\n')) ?? [];
  const lines: string[] = [];
  const server = createEchoServer({ observe: (event) => lines.push(told(event)) });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const client = await connect({ port });
  await client.send(`${word}\n`);
  client.end();
  for await (const _ of client);
  await expect.poll(() => lines.at(-1)).toMatch(/closed$/);
  const seen = lines.map(plain);
  return block
    .trim()
    .split('\n')
    .filter((line) => !seen.includes(plain(line)));
};

function plain(line: string): string {
  return line
    .replace(/^ *[\d.]+ ms/, '')
    .replace(/:\d+/g, ':PORT')
    .trim();
}

const CLAIMS: readonly (readonly [beginning: RegExp, claim: Claim | string])[] = [
  [/^held of asked/, summary],
  [/^HTTP servers/, matrix],
  [/^The wire alone/, laws],
  [/^ +[\d.]+ ms {2}listener/, life],
  [/^ +0 {2}81 /, 'made again by examples.test.ts of explain'],
];

const outputs = pages.flatMap((page) => blocksOf(read(page), '').map((block) => ({ page, block })));

test.each(outputs)('$page shows what is printed', async ({ block, page }) => {
  const [, claim] = CLAIMS.find(([beginning]) => beginning.test(block)) ?? [];
  expect(claim, block).toBeDefined();
  if (typeof claim === 'function') expect(await claim(block, page)).toEqual([]);
});

test.each([
  ['a held probe', /^held of asked/, /(\d+)\/\1/, '1/1'],
  ['a chapter', /^HTTP servers/, /(\d+)\/\1/, '1/1'],
  ['a law', /^The wire alone/, 'any cut gives', 'no cut gives'],
  ['a call', /^ +[\d.]+ ms {2}listener/, 'read 6 bytes', 'read 7 bytes'],
] as const)('offends: %s that is otherwise', async (_, beginning, was, is) => {
  const { block, page } = outputs.find((one) => beginning.test(one.block))!;
  const [, claim] = CLAIMS.find(([one]) => one.test(block))!;
  expect(await (claim as Claim)(block.replace(was, is), page)).not.toEqual([]);
});

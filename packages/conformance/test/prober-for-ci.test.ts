/** What a CI needs of the prober: known failures, headers of its own, what is chosen, and what every report tells. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../src/usage.ts';
import { listening, run, start } from './command.ts';
import { HASTY, http, PATIENT, raw, told, webSocket } from './prober.ts';

/** A server that answers each request line, whatever stands below it: what it breaks is sure. */
const lenient = (): Promise<string> =>
  raw((socket, received = '') => {
    const requests = received.split('HTTP/1.1\r\n').length - 1;
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'.repeat(requests));
  });
const TWO = ['--only', 'host/missing$', '--only', 'host/repeated-same', ...PATIENT];
const folder = (): string => mkdtempSync(join(tmpdir(), 'conformance-'));

describe('--baseline', () => {
  test('is written, with what was observed; then nothing fails, and every report has the reason', async () => {
    const address = `http://${await lenient()}/`;
    const file = join(folder(), 'known.json');
    const first = await told(address, ...TWO, '--baseline', file, '--update-baseline');
    expect({ error: first.error, code: first.code }).toEqual({ error: undefined, code: 0 });
    expect(first.out).toContain(`2 known failures are in ${file} now\n`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      'http-server/host/missing': 'not yet explained: 200; expected 400',
      'http-server/host/repeated-same': 'not yet explained: 200; expected 400',
    });
    writeFileSync(file, JSON.stringify({ 'http-server/host/missing': 'We know.' }));
    const again = await told(address, ...TWO, '--baseline', file, '--update-baseline');
    expect(again.code).toBe(0);
    expect(Object.values(JSON.parse(readFileSync(file, 'utf8')))).toEqual([
      'We know.',
      'not yet explained: 200; expected 400',
    ]);
    const junit = join(folder(), 'a.xml');
    const third = await told(address, ...TWO, '--baseline', file, '--junit', junit);
    expect(third.code).toBe(0);
    expect(third.out).toContain('We know.');
    expect(third.out).toMatch(/2 questions asked in .* s, 0 failed/);
    expect(readFileSync(junit, 'utf8')).toContain('failures="0"');
    expect(readFileSync(junit, 'utf8')).toContain('known     We know.');
  });

  test('a new failure fails, and the command to see it alone sees it alone', async () => {
    const address = `http://${await lenient()}/`;
    const file = join(folder(), 'known.json');
    writeFileSync(file, JSON.stringify({ 'http-server/host/missing': 'We know.' }));
    const { out, code } = await told(address, ...TWO, '--baseline', file);
    expect(code).toBe(1);
    const [, alone] = /^ {2}alone {5}probe (.*)$/m.exec(out) ?? [];
    expect(alone).toBe(`${address} --only 'http-server/host/repeated-same$'`);
    const once = await told(...alone!.replaceAll("'", '').split(' '), ...PATIENT);
    expect(once.out).toMatch(/^1 question asked .*, 1 failed$/m);
  });

  test('the command to see one alone is quoted, if a shell has its own meaning for the address', async () => {
    const { out } = await told(`http://${await lenient()}/?a=1&b=2`, ...TWO);
    expect(out).toMatch(/^ {2}alone {5}probe 'http:\/\/127\.0\.0\.1:\d+\/\?a=1&b=2' --only '/m);
  });

  test('what is fixed is told, and so is what no probe is called; both are gone when it is written anew', async () => {
    const address = `http://${await http(() => ({ body: 'hi' }))}/`;
    const file = join(folder(), 'known.json');
    const entries = { 'http-server/host/missing': 'Fixed.', 'http-server/host/nobody': 'Old.' };
    const unasked = { 'http-server/chunked/empty': 'Not asked here.' };
    writeFileSync(file, JSON.stringify({ ...entries, ...unasked }));
    const { out, code } = await told(address, ...TWO, '--baseline', file, '--update-baseline');
    expect(code).toBe(0);
    expect(out).toContain('fixed    http-server/host/missing (Fixed.)\n');
    expect(out).toContain('unknown  http-server/host/nobody: there is no such probe\n');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(unasked);
  });

  test.each([
    [['--baseline', '/nowhere/known.json'], /there is no such file: --update-baseline writes it/],
    [['--update-baseline'], /--update-baseline needs --baseline FILE/],
    [['--baseline', 'package.json'], /it must be JSON like \{"http-server/],
    [['--baseline', 'README.md'], /it must be JSON like/],
    [
      ['--baseline', '/nowhere/known.json', '--update-baseline'],
      /there is no folder \/nowhere: make it first/,
    ],
    [['--html', '/nowhere/a.html'], /--html \/nowhere\/a\.html: there is no folder \/nowhere: make it first/],
    [['--json', '/nowhere/a.json'], /there is no folder/],
    [['--junit', 'test'], /--junit test: this is a folder: name a file in it/],
  ])('%j is told before anything is asked', async (args, message) => {
    const { error } = await told('http://127.0.0.1:1/', ...args);
    expect(error).toBeInstanceOf(UsageError);
    expect(error!.message).toMatch(message);
  });
});

describe('--header', () => {
  test('a secret that is also in what a server says changes no verdict', async () => {
    const only = ['--only', 'websocket-server/ping/*', '--header', 'X-Key: 1', ...PATIENT];
    const { out, error } = await told(`ws://${await webSocket()}/`, ...only);
    expect(error).toBeUndefined();
    expect(out).toMatch(/, 0 failed\n/);
  });

  test('a secret is told as asterisks by an error, too', async () => {
    const address = await raw((socket, received) => received && socket.write(`>${received}`));
    const { error } = await told(`http://${address}/`, '--header', 'X-Key: hunter2', ...PATIENT);
    expect(error!.message).toContain('X-Key: *******');
  });

  test('Host is also the authority of a target that is a whole URI', async () => {
    const lines = new Set<string | undefined>();
    const address = await raw((socket, received) => {
      if (received === undefined) return;
      lines.add(received.split('\r\n')[0]);
      socket.end();
    });
    const only = ['--only', 'opening/absolute-form', '--contract', ...HASTY];
    await told(`ws://${address}/chat`, '--header', 'Host: shop.example', ...only);
    expect(lines).toEqual(new Set(['GET http://shop.example/chat HTTP/1.1']));
  });

  test('is sent with every request, Host in the place of the address; what looks like a secret is told to nobody', async () => {
    const without = new Set<string>();
    const address = await http(({ headers, authority, target }) => {
      const isTold = headers.get('x-team') === 'a b' && headers.get('x-api-key') === 'hunter2';
      if (!isTold || authority !== 'shop.example') without.add(`${target} ${authority}`);
      return { body: 'hi' };
    });
    const json = join(folder(), 'a.json');
    const headers = ['X-Team: a b', 'X-Api-Key: hunter2', 'Host: shop.example'].flatMap((line) => [
      '--header',
      line,
    ]);
    const only = ['--only', 'http-server/chunked/*', '--only', 'methods/head'];
    const { error, out } = await told(`http://${address}/`, ...headers, ...only, ...PATIENT, '--json', json);
    expect({ error, without }).toEqual({ error: undefined, without: new Set() });
    const all = out + readFileSync(json, 'utf8');
    expect(all).toContain('X-Team: a b');
    expect(all).toContain('X-Api-Key: *******');
    expect(all).not.toContain('hunter2');
  });

  test('is sent with a handshake', async () => {
    const verify = ({ fields }: { fields: { get(name: string): string | undefined } }): boolean =>
      fields.get('x-team') === 'a';
    const address = `ws://${await webSocket({ verify })}`;
    const only = ['--only', 'opening/ordinary', ...PATIENT];
    expect((await told(address, ...only)).error?.message).toMatch(/answers 403 to an opening handshake/);
    const { error } = await told(
      address,
      '--only',
      'websocket-server/opening',
      ...PATIENT,
      '--header',
      'X-Team: a',
    );
    expect(error).toBeUndefined();
  });

  test.each([
    ['no colon', /takes 'Name: value'/],
    ['X-A: b\r\nX-C: d', /takes 'Name: value'/],
    ['Content-Length: 5', /cannot set Content-Length: what a server makes of it is what is asked/],
  ])('%j is refused', async (line, message) => {
    const { error } = await told('http://127.0.0.1:1/', '--header', line);
    expect(error).toBeInstanceOf(UsageError);
    expect(error!.message).toMatch(message);
  });
});

test('several --only, and what --exclude takes out of them', async () => {
  const { code, out } = await run(
    'src/cli.ts',
    ...[
      '--list',
      '--only',
      'host/missing',
      '--only',
      'rfc9112/6.3/cl-list',
      '--exclude',
      '1.0',
      '--exclude',
      'http-client',
    ],
  );
  const names = out.split('\n').map((line) => line.split(' ')[0]);
  expect(code).toBe(0);
  expect(names).toContain('http-server/host/missing');
  expect(names).toContain('http-server/content-length/same-list');
  expect(names).not.toContain('http-server/host/missing-1.0');
  expect(out).not.toContain('http-client');
});

test('what was not asked is told with its reason: --verbose, JUnit, HTML', async () => {
  const address = `http://${await http(() => ({ body: 'hi' }))}/`;
  const files = folder();
  const args = [
    address,
    '--only',
    'chunked/*',
    ...PATIENT,
    '--junit',
    join(files, 'x'),
    '--html',
    join(files, 'h'),
  ];
  const { out } = await told(...args, '--verbose');
  const why = 'the server does not list the fields it received';
  expect(out).toMatch(
    new RegExp(`^not asked {2}127.*: ${why}\n {2}trailer-merged`.replace('trailer', 'chunked/trailer'), 'm'),
  );
  expect(readFileSync(join(files, 'x'), 'utf8')).toContain(`<skipped message="${why}"/>`);
  expect(readFileSync(join(files, 'h'), 'utf8')).toContain(why);
  expect((await told(...args)).out).toMatch(/^--verbose says what was not asked, and why$/m);
});

test('--listen has the same reports and known failures, and tells to what a client did not come', async () => {
  const files = folder();
  const [json, junit, html, known] = ['json', 'xml', 'html', 'known'].map((name) => join(files, name));
  const { base, url, end } = await listening(
    ...['--only', 'status-line/*', '--exclude', 'status-line/code*', '--verbose'],
    ...['--json', json!, '--junit', junit!, '--html', html!, '--baseline', known!, '--update-baseline'],
  );
  await fetch(url).then((response) => response.text());
  // It makes something else of it than what was sent.
  await fetch(`${base}/told?status=999&url=${encodeURIComponent(url)}`, { method: 'POST', body: 'no' });
  const { out, code } = await end();
  expect(code).toBe(0);
  expect(out).toContain('not asked');
  expect(out).toContain('the client did not come to its URL');
  const { results } = JSON.parse(readFileSync(json!, 'utf8'));
  expect(results.map(({ verdict }: { verdict: string }) => verdict)).toContain('broken');
  expect(results.map(({ name }: { name: string }) => name)).not.toContain('status-line/code-2-digits');
  expect(existsSync(html!)).toBe(true);
  expect(readFileSync(junit!, 'utf8')).toContain('<skipped');
  expect(Object.keys(JSON.parse(readFileSync(known!, 'utf8')))).toHaveLength(1);
});

test('a server is probed without ws, undici and fast-check', async () => {
  const address = `http://${await http(() => ({ body: 'hi' }))}/`;
  const { out, err, code } = await new Promise<{ out: string; err: string; code: number | null }>(
    (resolve) => {
      const child = start('src/cli.ts', [address, '--only', 'methods/head$', ...PATIENT], WITHOUT_PEERS);
      let [out, err] = ['', ''];
      child.stdout.on('data', (text) => (out += text));
      child.stderr.on('data', (text) => (err += text));
      child.on('close', (code) => resolve({ out, err, code }));
    },
  );
  expect({ err, code }).toEqual({ err: '', code: 0 });
  expect(out).toMatch(/^1 question asked .*, 0 failed$/m);
});

/** For `start`: a process in which nobody can import them. */
const WITHOUT_PEERS = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      export async function resolve(name, context, next) {
        if (/^(ws|undici|fast-check)$/.test(name)) throw new Error(name + ' was imported');
        return next(name, context);
      }\`));
  `)}`,
};

test('what the grammar alone forbids is strictness: a lenient server breaks no MUST by it, and the report says so', async () => {
  const address = `http://${await lenient()}/`;
  const only = ['--only', 'chunked-broken/lf-after-size$', ...PATIENT];
  const { out, code } = await told(address, ...only);
  expect(code).toBe(0);
  expect(out).toMatch(/^strictness {2}127.*: chunked-broken\/lf-after-size {2}RFC 9112 7\.1/m);
  expect(out).toMatch(/^strictness: outside the grammar, .* breaks no MUST$/m);
  expect((await told(address, ...only, '--strict')).code).toBe(1);
});

test('a verdict shows what decided it', async () => {
  const address = await raw((socket, received = '') => {
    for (const [, method] of received.matchAll(/(\w+) \S+ HTTP\/1\.1\r\n/g))
      socket.write(
        method === 'HEAD'
          ? 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n'
          : 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      );
  });
  const { out } = await told(
    `http://${address}/`,
    '--only',
    'methods/head-length',
    '--only',
    'response/date$',
    ...PATIENT,
  );
  expect(out).toContain('observed  200, 200: Content-Length: 99 to HEAD, 5 octets of content to GET\n');
  expect(out).toContain('observed  200: no Date\n');
});

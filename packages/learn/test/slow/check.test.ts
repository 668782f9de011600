// Whole checks, each of which asks every probe for the score. Most of that is waiting for silence, so several wait at once.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { finish } from '../../../../scripts/for-tests/commands.ts';
import { hasProgram } from '../../../../scripts/for-tests/programs.ts';
import { ANSWERS, server, test } from '../support.ts';

const PYTHON = `import os, socket, threading
def serve(client):
    data = b''
    while b'\\r\\n\\r\\n' not in data:
        more = client.recv(4096)
        if not more: break
        data += more
    client.sendall(b'HTTP/1.1 200 OK\\r\\nDate: Sun, 29 Nov 2026 00:00:00 GMT\\r\\n\\r\\n' + (b'' if data.startswith(b'HEAD') else b'hello'))
    client.shutdown(socket.SHUT_WR)
    client.close()
listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])), backlog=128)
while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()`;

describe.concurrent('a check', () => {
  test('goals that are held: exit code 0, why, and progress by command line', async ({
    expect,
    learner: { folder, learn },
  }) => {
    const command = server(ANSWERS);
    const { code, out } = await learn('http', '1', 'check', '--', ...command);
    expect(out).toContain('held     response/status-line');
    expect(out).toMatch(/goals 1 of 1 .*MUST \d+\/\d+/);
    expect(out).toContain('rungs/http/01-answer.ts');
    expect(code).toBe(0);
    const progress = JSON.parse(readFileSync(join(folder, '.learn.json'), 'utf8'));
    expect(progress['http 1'].servers[command.join(' ')]).toMatchObject({ goals: 1, of: 1 });
    expect((await learn()).out).toContain('http 2  Where does a request end?');
  });

  test('a server that is silent: told as silence, with all that was sent, and hints for the goal', async ({
    expect,
    learner: { learn },
  }) => {
    const { code, out } = await learn(
      'http',
      '2',
      'check',
      '--quiet',
      '20',
      '--',
      ...server('console.log("here")'),
    );
    expect(out).toContain('not yet  fields/whole-section');
    expect(out).toContain('80 ms without a byte');
    expect(out).toMatch(/sent +GET \/ HTTP\/1\.1\\r\\n/);
    expect(out).toMatch(/47 45 54 +GET +method +RFC 9110 9\.1/);
    expect(out).toContain('2 more goals wait behind this one.');
    expect(out).toContain('    here');
    expect(code).toBe(1);
    const hints = [
      await learn('http', '2', 'hint'),
      await learn('http', '2', 'hint'),
      await learn('http', '2', 'hint'),
    ];
    expect(hints.map(({ out }) => out.split('\n')[0])).toEqual(
      [1, 2, 3].map((n) => `fields/whole-section  hint ${n} of 3`),
    );
    expect(hints[2]!.out).toContain('+ class Reader');
    expect((await learn('list')).out).toContain('hints: 3');
  });

  test('a goal that is held in one piece only: told so', async ({ expect, learner: { learn } }) => {
    // Takes one `data` event for one request.
    const answers = `socket.on('data', (bytes) => {
    if (/^(GET|POST) [^]*\\r\\n\\r\\n/.test(bytes)) socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nOK');
  })`;
    // On a busy machine TCP may join the bytes again before the server reads them, so it is asked until it did not.
    for (;;) {
      const { code, out } = await learn('http', '3', 'check', '--quiet', '50', '--', ...server(answers));
      expect(code).toBe(1);
      if (out.includes('Here each byte came by itself')) break;
      expect(out).toContain('not yet  connection/pipelined');
    }
  });

  test('--json: goals, what was kept, the score, and every byte', async ({ expect, learner: { learn } }) => {
    const { code, out } = await learn('http', '3', 'check', '--json', '--', ...server(ANSWERS));
    const { passed, goals, kept, must } = JSON.parse(out);
    expect(passed).toBe(false);
    expect(goals.map(({ state }: { state: string }) => state)).toEqual(['not yet', 'not asked', 'not asked']);
    expect(Buffer.from(goals[0].transcript[0].hex, 'hex').toString()).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
    expect(kept.lost).toContain('fields/whole-section');
    expect(must.held).toBeLessThan(must.of);
    expect(code).toBe(1);
  });

  test('a program that takes another port: told so, after ten seconds', async ({
    expect,
    learner: { learn },
  }) => {
    const other = "require('node:net').createServer().listen(0, '127.0.0.1')";
    const { code, err } = await learn('http', '1', 'check', '--', process.execPath, '-e', other);
    expect(err).toContain('it runs, but takes no connection on port');
    expect(code).toBe(2);
  });

  test('what was lost is told, and how to ask for the rest of it', async ({ expect, learner: { learn } }) => {
    const { out } = await learn('http', '3', 'check', '--quiet', '50', '--', ...server(ANSWERS));
    expect(out).toMatch(
      /lost: fields\/whole-section\n {4}why .*\n {4}expected {2}silence, 200\n {4}seen {6}200/,
    );
    expect(out).toMatch(/http 3 check --only \S+ -- /);
  });

  test('a server that answers nothing more: told so, and after which question', async ({
    expect,
    learner: { learn },
  }) => {
    const loops = `socket.on('data', (bytes) => {
      if (bytes.includes('Content-Length: 5 5')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      ${ANSWERS};
    })`;
    const { code, out } = await learn('http', '1', 'check', '--quiet', '50', '--', ...server(loops));
    expect(out).toContain('Your server runs, and answers nothing more');
    expect(out).toMatch(/After content-length\/\S+ it answers nothing more:\n/);
    expect(out).toContain('Content-Length: 5 5\\r\\n');
    expect(code).toBe(0);
  });

  test('a server that ends while it is asked: its last lines', async ({ expect, learner: { learn } }) => {
    const dies = "socket.once('data', () => { throw new Error('not so'); })";
    const { code, out } = await learn('http', '2', 'check', '--', ...server(dies));
    expect(out).toContain('Your server ended while it was asked');
    expect(out).toContain('Error: not so');
    expect(code).toBe(1);
  });

  test.skipIf(!hasProgram('python3'))(
    'a server in Python climbs as well',
    async ({ expect, learner: { learn } }) => {
      const { code, out } = await learn('http', '2', 'check', '--', 'python3', '-c', PYTHON);
      expect(out).toContain('goals 3 of 3');
      expect(code).toBe(0);
    },
  );

  test('watch asks again at each save, through half a program too, and Ctrl-C ends it', async ({
    expect,
    learner: { folder, start },
  }) => {
    mkdirSync(join(folder, 'my'), { recursive: true });
    const copy = join(folder, 'my/http-1.ts');
    writeFileSync(copy, 'no program\n');
    const child = start('http', '1', 'watch', '--lang', 'en');
    let out = '';
    child.stdout.on('data', (text) => (out += text));
    const ended = finish(child);
    await expect.poll(() => out, { timeout: 120_000 }).toMatch(/it ended \(1\)[\s\S]*A save checks again/);
    writeFileSync(
      copy,
      `import { createServer } from 'node:net';
createServer((socket) => { socket.on('error', () => {}); ${ANSWERS}; }).listen(Number(process.env['PORT']), '127.0.0.1');
`,
    );
    await expect.poll(() => out, { timeout: 120_000 }).toMatch(/goals 1 of 1[\s\S]*A save checks again/);
    child.kill('SIGINT');
    await ended;
  });
});

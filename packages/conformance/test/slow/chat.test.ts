/**
 * The chat of `examples/chat` as it would be run: three processes behind nginx, with Redis between them. A line is
 * acknowledged when its speaker hears it. What is promised: whoever stays hears each such line once, in the order that all
 * hear, whatever happens to a process or to its connection to Redis.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, connect } from 'ws-mini';
import { bundled, finish, type Start } from '../../../../scripts/for-tests/commands.ts';
import { sayThatSkipped } from '../../../../scripts/for-tests/programs.ts';
import { RawClient } from '../../../../scripts/for-tests/raw-client.ts';
import { startProcess, toldBy } from '../../src/programs/program.ts';

const root = join(import.meta.dirname, '../../../..');
const start = await bundled(root, 'examples/chat/main.ts');

const isThere = {
  nginx: toldBy('nginx', ['-v'], /nginx\/(\S+)/) !== undefined,
  'redis-server': toldBy('redis-server', ['--version'], /v=(\S+)/) !== undefined,
};
const missing = Object.entries(isThere).flatMap(([name, there]) => (there ? [] : [name]));
if (missing.length > 0) sayThatSkipped(`the chat on several processes needs ${missing.join(' and ')}`);

test('one process, without Redis: the same application', async () => {
  const [alone] = await startChat();
  const [ann, bob] = await joinAll(alone!.url, ['Ann', 'Bob']);
  ann!.say('hello');
  await until(() => bob!.heard.includes('Ann: hello'));
  ann!.socket.close();
  await until(() => bob!.heard.includes('Ann leaves'));
  expect(bob!.heard).toEqual(['Bob comes in', 'Ann: hello', 'Ann leaves']);
  // Its signal is an orderly end: people are told.
  alone!.process.kill('SIGTERM');
  expect(await finish(alone!.process)).toMatchObject({ code: 0, err: '' });
  expect((await bob!.socket.closed).code).toBe(1001);
});

test.skipIf(missing.length > 0)('a process is killed: who stays misses nothing', async () => {
  const { url, processes } = await startAll();
  const guests = await joinAll(url, ['Ann', 'Bob', 'Cem', 'Dan', 'Eve', 'Fay']);
  // From here on, each of them has to hear everything.
  const talkers = guests.map((guest) => new Talker(guest));
  await until(() => talkers.every(({ acknowledged }) => acknowledged.length >= 30));

  processes[1]!.process.kill('SIGKILL');
  await until(() => guests.filter(({ isGone }) => isGone).length === 2);
  const stayed = talkers.filter(({ guest }) => !guest.isGone);
  const then = stayed.map(({ acknowledged }) => acknowledged.length);
  await until(() => stayed.every(({ acknowledged }, i) => acknowledged.length >= then[i]! + 30));

  // Who was cut off comes back by the same address, and gets to another process.
  const [back] = await joinAll(url, [`${guests.find(({ isGone }) => isGone)!.name} again`]);
  for (const talker of stayed) talker.stop();
  await until(() => stayed.every(({ isSilent }) => isSilent));
  // One order for all, so that whoever has heard the last line has heard all of them.
  back!.say('the end');
  const end = `${back!.name}: the end`;
  await until(() => stayed.every(({ guest }) => guest.heard.includes(end)));

  expect(stayed.length).toBe(4);
  for (const { guest: listener } of stayed)
    for (const { acknowledged, guest } of talkers) {
      const heard = listener.heard.filter((line) => line.startsWith(`${guest.name}: `));
      // What a person said last before being cut off may have arrived without an acknowledgement.
      expect(heard.slice(0, acknowledged.length)).toEqual(acknowledged);
    }
  const [first, ...others] = stayed.map(({ guest: { heard } }) => heard.slice(heard.indexOf('Fay comes in')));
  expect(new Set(first).size).toBe(first!.length);
  for (const heard of others) expect(heard).toEqual(first);
});

test.skipIf(missing.length > 0)(
  'all that read from Redis lose their connection: nobody misses a line',
  async () => {
    const { url, redisPort } = await startAll();
    const guests = await joinAll(url, ['Ann', 'Bob', 'Cem']);
    const redis = await RawClient.connect(redisPort);
    redis.send('CLIENT LIST\r\nECHO listed\r\n');
    const listed = await redis.until('listed');
    const readers = [...listed.matchAll(/^id=(\d+) .* cmd=xread /gm)];
    expect(readers.length).toBe(3);
    for (const [, id] of readers) redis.send(`CLIENT KILL ID ${id}\r\n`);
    redis.send('ECHO killed\r\n');
    await redis.until('killed');
    expect(redis.received.split(':1\r\n').length - 1).toBe(3);

    for (const guest of guests) guest.say('did you hear that?');
    const lines = guests.map(({ name }) => `${name}: did you hear that?`);
    await until(() => guests.every(({ heard }) => lines.every((line) => heard.includes(line))));
    for (const { heard } of guests) expect(heard.slice(-3)).toEqual(guests[0]!.heard.slice(-3));
  },
);

interface ChatProcess {
  readonly process: ReturnType<Start>;
  readonly url: string;
}

/** Redis, three processes, and nginx with the example's own configuration, but for the ports. */
async function startAll(): Promise<{ url: string; redisPort: number; processes: ChatProcess[] }> {
  const redis = await startProcess(({ port, folder }) => ({
    command: ['redis-server', '--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--dir', folder],
  }));
  onTestFinished(redis.close);
  const redisPort = redis.peer.port;
  const address = `redis://127.0.0.1:${redisPort}`;
  const processes = (await Promise.all([1, 2, 3].map(() => startChat(address)))).flat();

  let written = readFileSync(join(root, 'examples/chat/nginx.conf'), 'utf8');
  for (const [i, { url }] of processes.entries())
    written = written.replace(`127.0.0.1:808${i + 1};`, `${new URL(url).host};`);
  const nginx = await startProcess(({ port, folder }) => ({
    files: { 'nginx.conf': written.replace('127.0.0.1:8080;', `127.0.0.1:${port};`) },
    command: ['nginx', '-p', folder, '-c', `${folder}/nginx.conf`],
  }));
  onTestFinished(nginx.close);
  return { url: `ws://127.0.0.1:${nginx.peer.port}/`, redisPort, processes };
}

async function startChat(...redis: string[]): Promise<ChatProcess[]> {
  const process = start('examples/chat/main.ts', ['0', ...redis]);
  process.stderr.resume();
  const [line] = (await once(process.stdout, 'data')) as [Buffer];
  return [{ process, url: `${line}`.trim() }];
}

/** One after the other, so that nginx deals them out evenly, and each hears all that come in later. */
async function joinAll(url: string, names: readonly string[]): Promise<Guest[]> {
  const guests: Guest[] = [];
  for (const name of names) {
    const guest = new Guest(name, await connect(`${url}?name=${encodeURIComponent(name)}`));
    await until(() => guest.heard.includes(`${name} comes in`));
    guests.push(guest);
  }
  return guests;
}

/** Conditions that somebody waits for. What changes one of them has to `lookAgain` afterwards. */
const looks = new Set<() => void>();
function lookAgain(): void {
  for (const look of [...looks]) look();
}
function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isSo()) return;
      looks.delete(look);
      resolve();
    };
    looks.add(look);
    look();
  });
}

class Guest {
  readonly heard: string[] = [];
  readonly name: string;
  readonly socket: Connection;
  isGone = false;

  constructor(name: string, socket: Connection) {
    this.name = name;
    this.socket = socket;
    onTestFinished(() => socket.terminate());
    socket.on('message', (line) => {
      this.heard.push(String(line));
      lookAgain();
    });
    socket.on('close', () => {
      this.isGone = true;
      lookAgain();
    });
  }

  say(line: string): void {
    this.socket.send(line);
  }
}

/** Says one numbered line after another, four of them on their way at any time. */
class Talker {
  readonly guest: Guest;
  readonly acknowledged: string[] = [];
  #said = 0;
  #hasStopped = false;

  constructor(guest: Guest) {
    this.guest = guest;
    guest.socket.on('message', (line) => {
      if (!String(line).startsWith(`${guest.name}: `)) return;
      this.acknowledged.push(String(line));
      if (!this.#hasStopped) this.#sayNext();
      lookAgain();
    });
    for (let i = 0; i < 4; i++) this.#sayNext();
  }

  #sayNext(): void {
    this.guest.say(`line ${this.#said++}`);
  }

  stop(): void {
    this.#hasStopped = true;
  }

  /** All that it said is acknowledged. */
  get isSilent(): boolean {
    return this.#hasStopped && this.acknowledged.length === this.#said;
  }
}

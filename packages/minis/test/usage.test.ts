// What all commands have in common: how they say that they were called wrongly, --help and --version, and how a clone
// runs them.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { finish, folderWith, ON_A_FULL_DISK, run, start } from './support.ts';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

describe('called wrongly', () => {
  test.each([
    [[], /serve, get, ws, listen, echo, explain, probe, lab, or learn\?/],
    [['sing'], /"sing"/],
    [['toString'], /"toString"/],
    [['serve'], /one DIR/],
    [['serve', 'a', 'b'], /one DIR/],
    [['serve', '--port', '65536', '.'], /--port must be .* 65535, not "65536"/],
    [['serve', '--host', '', '.'], /--host must not be empty/],
    [['serve', '--frobnicate', '.'], /--frobnicate/],
    [['explain'], /one FILE/],
    [['explain', '--client', '--server', '-'], /not both/],
    [['explain', '--http', '--frames', '-'], /not both/],
    [['explain', '--client', '--method', 'GET', '-'], /--method is for a server's responses/],
    [['explain', '--method', 'GET', '--method', 'G T', '-'], /--method "G T" is not a method/],
    [['explain', '--rows', '0', '-'], /--rows must be/],
    [['ws'], /one URL/],
    [['ws', 'http//x'], /"http\/\/x" is not/],
    [['ws', '--header', 'x', 'ws://a/'], /--header takes 'NAME: VALUE'/],
    [['ws', '--header', 'Upgrade: x', 'ws://a/'], /Upgrade belongs/],
    [['ws', '--wait', 'x', 'ws://a/'], /--wait must be/],
    [['ws', '--protocol', 'a b', 'ws://a/'], /subprotocols are tokens/],
    [['listen', 'x'], /no "x"/],
    [['listen', '--port', '65536'], /--port must be .* 65535, not "65536"/],
    [['listen', '--host', ''], /--host must not be empty/],
    [['listen', '--echo', '--broadcast'], /not both/],
    [['listen', '--frobnicate'], /--frobnicate/],
    [['echo', '--host', ''], /--host must not be empty/],
    [['probe', '--frobnicate'], /--frobnicate/],
    [['probe', '--listen', '--host', ''], /--host must not be empty/],
    [['lab', '--frobnicate'], /--frobnicate/],
    [['lab', '--host=', '--lang', 'ko'], /--host에는 빈 값을 쓸 수 없습니다/],
    [['learn', '--frobnicate'], /--frobnicate/],
    [['learn', 'http', '0'], /which rung of http/],
    [['sing\u009b31m'], /"sing\.31m"/],
  ])('%j: exit code 2, one line', async (args, message) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});

test.each([
  [['--help'], /serve DIR[\s\S]*get URL[\s\S]*echo \[TEXT\|-\][\s\S]*lab/],
  [['-h'], /minis COMMAND --help/],
  [['serve', '--help'], /--port/],
  [['get', '--help'], /--explain/],
  [['ws', '--help'], /--protocol/],
  [['listen', '-h'], /--broadcast/],
  [['echo', '--help'], /--quiet/],
  [['explain', '--help'], /--why/],
  [['probe', '--help'], /minis probe ws:/],
  [['probe', 'properties', '--help'], /--seed/],
  [['lab', '--help'], /--clients/],
  [['learn', '--help'], /minis learn TRACK N check/],
])('%j tells how it is used', async (args, says) => {
  expect(await run(args)).toMatchObject({ code: 0, err: '', out: expect.stringMatching(says) });
});

const FRAME = Uint8Array.of(0x81, 2, 0x68, 0x69);

describe('output that does not arrive', () => {
  const TELLING = [['--help'], ['explain', '-']];

  test.each(TELLING)('%s %s: a reader that is gone (`| true`) is no failure', async (...args) => {
    const child = start(args);
    child.stdout.destroy();
    expect(await finish(child, FRAME)).toMatchObject({ code: 0, err: '' });
  });

  test.runIf(existsSync('/dev/full')).each(TELLING)('%s %s: a full disk is one', async (...args) => {
    const { code, err } = await finish(start(args, ON_A_FULL_DISK), FRAME);
    expect({ code, err }).toEqual({ code: 1, err: 'minis: standard output: no space is left\n' });
  });

  test.runIf(existsSync('/dev/full')).each([['serve', folderWith({})], ['listen'], ['echo']])(
    '%s ends when the disk is full, and says why',
    async (...args) => {
      const { code, err } = await finish(start([...args, '--port', '0'], ON_A_FULL_DISK));
      expect(code).toBe(1);
      expect(err).toMatch(/^minis: standard output: no space is left\nclosing; /m);
    },
  );
});

test('--version, of all and of each', async () => {
  for (const args of [['--version'], ['serve', '--version'], ['probe', '--version']])
    expect(await run(args)).toEqual({ code: 0, out: `minis ${version}\n`, err: '' });
});

test('in a clone, the command runs what is written, without a build', async () => {
  const child = spawn(process.execPath, [join(root, 'bin/minis.js'), 'explain', '--hex', '-']);
  const { code, out, err } = await finish(child, '81 85 37fa213d 7f9f4d5158');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/Hello +unmasked\n$/);
});

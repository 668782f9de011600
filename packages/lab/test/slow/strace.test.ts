// The calls that the lab and tcp-echo tell, held to what strace prints of the same process: the same calls on the same
// descriptors with the same results, in the same order for each descriptor.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasProgram } from '../../../../scripts/for-tests/programs.ts';

const calls = 'socket,bind,listen,connect,accept4,read,write,writev,shutdown,close';

/** Runs a program of this package's `test/slow/` under strace. @returns what it printed, and what strace did */
async function traced(program: string): Promise<{ printed: string; system: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'strace-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const log = join(folder, 'log');
  const file = join(import.meta.dirname, program);
  const node = [process.execPath, '--conditions=@minis/source', '--import', 'tsx', file];
  const child = spawn(
    'strace',
    ['-f', '--seccomp-bpf', '-s', '0', '-e', `trace=${calls}`, '-o', log, ...node],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(code).toBe(0);
  return { printed, system: whole((await readFile(log, 'latin1')).split('\n')) };
}

/** A call that another thread interrupted stands in two lines; here it is one, at the place of the second. */
function whole(lines: readonly string[]): string[] {
  const begun = new Map<string, string>();
  return lines.flatMap((line) => {
    const [, thread, start] = /^(\d+ +)(.*) <unfinished \.\.\.>$/.exec(line) ?? [];
    if (thread !== undefined) {
      begun.set(thread, start!);
      return [];
    }
    const [, resuming, rest] = /^(\d+ +)<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    return resuming === undefined ? [line] : [`${resuming}${begun.get(resuming) ?? ''}${rest}`];
  });
}

/** The calls on `descriptor`, from the first line that made it a socket to its close; a call that had to wait is left out. */
function callsOn(descriptor: string, system: readonly string[]): string[] {
  const made = system.findIndex(
    (line) => /^\d+ +(?:socket|accept4)\(.* = (\d+)$/.exec(line)?.[1] === descriptor,
  );
  const found: string[] = [];
  for (const line of system.slice(made)) {
    const [, call = '', on, result] = /^\d+ +(\w+)\((\d+)\b.* = (-?\w+)/.exec(line) ?? [];
    if (on !== descriptor || (result === '-1' && !line.includes('EINPROGRESS'))) continue;
    found.push(`${call === 'writev' ? 'write' : call} = ${result}`);
    if (call === 'close') break;
  }
  return withoutEnd(found);
}

/** If both directions have ended, epoll says so, and libuv saves the read() that would return 0; the end is told all the same. */
function withoutEnd(calls: readonly string[]): string[] {
  return calls.filter((call) => call !== 'read = 0');
}

describe.skipIf(!hasProgram('strace'))('what is told is what strace prints', () => {
  test('of every conversation', async () => {
    const { printed, system } = await traced('conversations-for-strace.ts');
    const told = JSON.parse(printed) as { name: string; texts: string[] }[];
    // By descriptor; the numbers are used again by the next conversation, so each one is looked for behind the last.
    let from = 0;
    for (const { name, texts } of told) {
      const listener = /^listen\((\d+)/.exec(texts.find((call) => call.startsWith('listen'))!)![1]!;
      const begin = system.findIndex((line, i) => i >= from && line.includes(`listen(${listener}, 511`));
      const before = system.slice(0, begin).findLastIndex((line) => line.endsWith(`= ${listener}`));
      const descriptors = new Set(
        texts.map((call) => /^\w+\((\d+)/.exec(call)?.[1]).filter((fd) => fd !== undefined),
      );
      expect(descriptors.size, name).toBe(3);
      for (const descriptor of descriptors) {
        const ours = texts
          .filter((call) => call.includes(`(${descriptor}`))
          .map((call) => call.replace(/\(.*\)/, '').replace(/ = -1 .*/, ' = -1'));
        expect(callsOn(descriptor, system.slice(before)), `${name}, descriptor ${descriptor}`).toEqual(
          withoutEnd(ours),
        );
      }
      from = begin + 1;
    }
    expect(told.length).toBe(4);
  });
});

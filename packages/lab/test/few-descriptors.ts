// What a process does that has hardly any descriptors left: listening fails, then connecting, then accepting, then asking for a process.
// Run with a low limit; says what became of each, and must live through all.
import { closeSync, openSync } from 'node:fs';
import { conversations } from '../src/conversation/conversations.ts';
import { perform } from '../src/note/experiment.ts';
import { twoProcesses } from '../src/note/experiments/accepting.ts';
import { emptyPort, writeTwice } from '../src/note/experiments/sockets.ts';

const taken: number[] = [];
function leave(count: number): void {
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    for (const descriptor of taken.splice(-count, count)) closeSync(descriptor);
  }
}

async function tryWith(left: number, what: () => Promise<unknown>): Promise<void> {
  leave(left);
  console.log(
    await what().then(
      () => 'done',
      (error) => String(error),
    ),
  );
}

for (const left of [0, 1, 2, 3]) {
  for (const { record } of Object.values(conversations)) await tryWith(left, record);
  await tryWith(left, () => perform(twoProcesses));
  await tryWith(left, () => perform(emptyPort));
}
// With one less its server would accept nothing, and it would wait for as long as an experiment may.
await tryWith(4, () => perform(writeTwice));

/**
 * Everything that a link can do wrong, at each byte of conversations of HTTP and WebSocket, both ways. Every promise is
 * settled, content is what was sent or its reader is told, no POST comes twice, an end is clean only if all has come, and
 * no socket or timer is left.
 */
import { withinOr } from '../../src/properties/within.ts';
import { Random } from '../random.ts';
import { bySize, type Cell, type Failure, type Outcome, type Setting, type Trial } from '../trial.ts';
import type { Conversation, Stage } from './conversation.ts';
import { type Fault, FaultyRelay, faultKinds, type Way } from './faulty-relay.ts';
import { httpConversations } from './http.ts';
import { webSocketConversations } from './websocket.ts';

export const faults: Trial = {
  name: 'faults',
  title: 'A fault at each byte of a conversation',
  promise:
    'Wherever a connection is cut, reset, half-closed, stalled or slowed down, each end comes to its end: it has all that was sent, or it is told. Nothing is handled twice, and nothing is left behind.',
  run,
};

/** At a time: they wait for each other more than for the processor. */
const AT_ONCE = 32;
/** Milliseconds after which what is not settled never will be. */
const HANGS = 100_000;

type FaultKind = Fault['kind'];

interface Count {
  runs: number;
  whole: number;
  told: number;
}

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const random = new Random(seed);
  const failures: Failure[] = [];
  const rows: Cell[][] = [];
  let total = 0;
  const all = [...httpConversations, ...webSocketConversations];
  const conversations = size === 'short' ? [random.pick(all), random.pick(all)] : all;
  for (const conversation of new Set(conversations)) {
    const length = await measure(conversation, failures);
    const counts: Count[] = [];
    for (const kind of faultKinds) {
      const chosen = positions(kind, length, size, random);
      total += chosen.length;
      counts.push(await tryAll(conversation, chosen, kind, failures, signal));
      progress(`${conversation.name}, ${kind}: ${total} faults in all`);
    }
    const cells = counts.map(({ runs, whole, told }) => `${runs}: ${whole} whole, ${told} told`);
    rows.push([conversation.name, length.up, length.down, ...cells]);
  }
  return {
    tables: [
      {
        caption: 'Faults, and how many of the conversations were whole all the same, or their ends were told',
        columns: ['conversation', 'bytes up', 'bytes down', ...faultKinds],
        rows,
      },
    ],
    figures: { faults: total },
    failures,
    notRun: [],
  };
}

/** How many bytes travel each way if nothing goes wrong. */
async function measure(conversation: Conversation, failures: Failure[]): Promise<Record<Way, number>> {
  const stage = await conversation.start(false);
  const relay = new FaultyRelay(stage.port, undefined);
  const { isWhole, wrongs } = await stage.hold(await relay.listen());
  if (!isWhole || wrongs.length > 0)
    failures.push({ what: `${conversation.name}: not whole without a fault: ${wrongs.join('; ')}` });
  relay.close();
  await stage.close();
  return relay.passed;
}

/** Each byte, in the long form and where a fault is cheap; else one out of so many, others with each seed. */
function positions(
  kind: FaultKind,
  length: Record<Way, number>,
  size: Setting['size'],
  random: Random,
): Fault[] {
  const few = Math.ceil((length.up + length.down) / 6);
  const step = bySize(size, {
    short: few,
    usual: length.up + length.down > 1500 || kind === 'slow' ? 16 : 1,
    long: 1,
  });
  const all: Fault[] = [];
  for (const way of ['up', 'down'] as const)
    for (let at = random.below(Math.min(step, length[way])); at < length[way]; at += step)
      all.push({ kind, way, at });
  return all;
}

async function tryAll(
  conversation: Conversation,
  chosen: readonly Fault[],
  kind: FaultKind,
  failures: Failure[],
  signal: AbortSignal,
): Promise<Count> {
  const count: Count = { runs: chosen.length, whole: 0, told: 0 };
  const before = resources();
  const stage = await conversation.start(kind === 'stall');
  const waiting = [...chosen];
  const fail = (what: string, fault?: Fault): void => {
    failures.push({
      what: `${conversation.name}, ${kind}: ${what}`,
      ...(fault ? { input: JSON.stringify(fault) } : {}),
    });
  };
  const worker = async (): Promise<void> => {
    for (let fault = waiting.pop(); fault !== undefined; fault = waiting.pop()) {
      signal.throwIfAborted();
      const result = await tryOne(stage, fault);
      if (result === undefined) {
        fail('an end never came', fault);
        continue;
      }
      for (const wrong of result.wrongs) fail(wrong, fault);
      if (kind === 'slow' && !result.isWhole) fail('a slow link was taken for a broken one', fault);
      count[result.isWhole ? 'whole' : 'told']++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const wrongs = await inTime(stage.close());
  for (const wrong of wrongs ?? ['the server could not be closed']) fail(wrong);
  const left = await leftOf(before);
  if (left !== '') fail(`left behind: ${left}`);
  return count;
}

async function tryOne(stage: Stage, fault: Fault) {
  const relay = new FaultyRelay(stage.port, fault);
  try {
    return await inTime(stage.hold(await relay.listen()));
  } finally {
    relay.close();
  }
}

/** @returns undefined if it takes too long */
function inTime<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return withinOr(HANGS, promise, () => undefined);
}

/** What keeps this process alive, by its kind. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** @returns what is left when the event loop has had its turns; '' if nothing is */
async function leftOf(before: ReadonlyMap<string, number>): Promise<string> {
  let left = '';
  for (let wait = 1; wait < 5000; wait *= 2) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    left = [...resources()]
      .map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
      .filter(([, more]) => more > 0)
      .map(([kind, more]) => `${more} ${kind}`)
      .join(', ');
    if (left === '') return left;
  }
  return left;
}

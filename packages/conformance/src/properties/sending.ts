/**
 * Law 10 of what a WebSocket end sends: what it accepted before an end has arrived, however slow the link, or it says that
 * the end was not clean.
 */
import fc from 'fast-check';
import { bulk } from '../arbitraries/content.ts';
import { nextTurn } from '../peers/cutting-proxy.ts';
import type { Through } from '../peers/through-proxy.ts';
import type { WebSocketEnd } from '../peers/websocket-peer.ts';
import type { Sender, Sending } from '../peers/ws-mini-senders.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, property } from './property.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

interface Farewell {
  /** Of the messages, each with the turns that pass behind it. */
  readonly messages: readonly (readonly [size: number, turns: number])[];
  /** Each is sent when the one before was accepted. */
  readonly awaits: boolean;
  readonly end: 'close' | 'close of the peer' | 'destroy' | 'FIN' | 'reset';
  /** Messages before the end. */
  readonly before: number;
  readonly compresses: boolean;
}

const anySize = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(0, 1, 126, 3000, 65_536, 300_000) },
  // More than the systems hold between the two ends.
  { weight: 1, arbitrary: fc.constant(8 * MIB) },
);

const anyFarewell: fc.Arbitrary<Farewell> = fc.record({
  messages: fc.array(fc.tuple(anySize, fc.constantFrom(0, 0, 1, 5)), { minLength: 1, maxLength: 6 }),
  awaits: fc.boolean(),
  end: fc.constantFrom('close', 'close', 'close of the peer', 'destroy', 'FIN', 'reset'),
  before: fc.nat(6),
  compresses: fc.boolean(),
});

const CODE = 3000;

export function acceptedArrives(sending: Sending): Property {
  const { pair, open } = sending;
  const check = async (farewell: Farewell): Promise<void> => {
    const messages = farewell.messages.map(([size], i) => bulk(size, i));
    const isLong = Buffer.concat(messages).length > MIB;
    const through = await open({ perMessageDeflate: farewell.compresses }, isLong ? 64 * KIB : 4 * KIB);
    try {
      const received: Uint8Array[] = [];
      through.peer.onMessage = (message) => received.push(message as Uint8Array);
      const sent = await sendAll(farewell, messages, through);
      const { code, wasClean } = await through.ours.closed;
      if (!wasClean) through.peer.destroy();
      const { code: heard } = await through.peer.closed;
      for (const [i, message] of received.entries()) expectSameBytes(`message ${i}`, message, messages[i]!);
      if (farewell.end === 'close' || farewell.end === 'close of the peer')
        expectSame('the codes of both', [code, heard, wasClean], [CODE, CODE, true]);
      const accepted = await Promise.all(sent);
      if (wasClean) expectNothingLost(farewell, sending, messages, received.length, accepted, through.ours);
    } finally {
      await through.stop();
    }
  };
  return property(
    10,
    'what was accepted before an end arrives',
    pair,
    anyFarewell,
    async () => ({ check }),
    0.2,
  );
}

/** @returns what was said of each message */
async function sendAll(
  { messages: plan, awaits, end, before }: Farewell,
  messages: readonly Uint8Array[],
  { ours, peer, proxy, way }: Through<Sender, WebSocketEnd>,
): Promise<(Promise<boolean> | undefined)[]> {
  const finish = (): void => {
    // The socket to ours: what comes from there still goes on.
    const socket = proxy.latest![way === 'up' ? 'client' : 'server'];
    if (end === 'close') ours.close(CODE);
    else if (end === 'close of the peer') peer.close(CODE, '');
    else if (end === 'destroy') ours.destroy();
    else if (end === 'FIN') socket.end();
    else socket.resetAndDestroy();
  };
  const sent: (Promise<boolean> | undefined)[] = [];
  for (const [i, message] of messages.entries()) {
    if (i === before) finish();
    sent.push(ours.send(message));
    if (awaits) await sent[i];
    for (let turn = 0; turn < plan[i]![1]; turn++) await nextTurn();
  }
  if (before >= messages.length) finish();
  return sent;
}

/** After an end that it says was clean. */
function expectNothingLost(
  { end, before }: Farewell,
  { hearsAll }: Sending,
  messages: readonly Uint8Array[],
  arrived: number,
  accepted: readonly (boolean | undefined)[],
  ours: Sender,
): void {
  if (end === 'close') expectSame('messages sent before close', arrived, Math.min(before, messages.length));
  else if (!hearsAll) return;
  if (accepted[0] !== undefined)
    expectSame('whether one of those accepted is lost', accepted.lastIndexOf(true) >= arrived, false);
  else {
    const lost = Buffer.concat(messages.slice(arrived));
    expectSame('bytes that it says have not left', ours.waiting, lost.length);
  }
}

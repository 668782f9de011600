/**
 * The number of bytes, told once the client has ended: each direction of a connection ends by itself (RFC 9293 3.6), and an end
 * is neither a reset (3.5.3) nor silence.
 */
import type { Passage, Terms } from '../probe.ts';
import type { ServerAddress } from '../wire-line.ts';
import { Flood } from './flood.ts';
import { type Chapter, chapter, type Seen } from './row.ts';

/** Milliseconds: the contract says 2 seconds, and a busy machine may have its timers late. */
const IDLE = 8000;
/** More than the contract allows, and than systems hold: some is not sent yet when the server sees that it is too many. */
const TOO_MANY = 32_000_000;
const REFUSAL = 'too many';

export const total: Chapter = chapter('total', [
  {
    name: 'after-end',
    requirements: ['laws/9/half-close'],
    why: "Node's default ends our direction with the client's: what is to be said after it never arrives",
    steps: [
      { client: 1, sends: 'x'.repeat(5000) },
      { client: 1, does: 'half-close' },
      { client: 1, hears: '5000' },
      { client: 1, sees: 'closed' },
    ],
  },
  {
    name: 'nothing',
    requirements: ['laws/9/half-close'],
    why: 'an end may be all that comes',
    steps: [
      { client: 1, does: 'half-close' },
      { client: 1, hears: '0' },
      { client: 1, sees: 'closed' },
    ],
  },
  {
    name: 'reset-is-no-end',
    requirements: ['laws/4/others'],
    why: 'a reset cuts one connection off: nobody is left to be answered there, and no other one knows of it',
    steps: [
      { client: 1, sends: 'ab' },
      { client: 2, sends: 'abc' },
      { client: 2, does: 'reset' },
      { client: 3, sends: 'abcd' },
      { client: 3, does: 'half-close' },
      { client: 3, hears: '4' },
      { client: 3, sees: 'closed' },
      { client: 1, sends: 'abc' },
      { client: 1, does: 'half-close' },
      { client: 1, hears: '5' },
      { client: 1, sees: 'closed' },
    ],
  },
  {
    name: 'idle-is-ended',
    requirements: ['laws/9/idle'],
    why: 'a client that has lost its network sends no FIN: it would hold its connection for ever',
    steps: [
      { client: 1, sends: 'abc' },
      { client: 1, sees: 'ended', within: IDLE },
    ],
  },
  {
    name: 'no-answer-lost-by-reset',
    requirements: ['laws/10/arrives'],
    why: 'a server that answers and closes with bytes unread sends a reset, which may take its answer away',
    expected: `"${REFUSAL}", closed, and all that was sent is taken`,
    ask: askTooMany,
  },
]);

async function askTooMany(server: ServerAddress, terms: Terms, transcript: Passage[]): Promise<Seen> {
  const flood = await Flood.open(server, terms, transcript);
  try {
    flood.send(TOO_MANY);
    const sent = await flood.until(() => flood.taken >= TOO_MANY);
    flood.halfClose();
    // Both ends are there now, or a reset; a reset may still follow on an end.
    const over = sent === 'enough' ? await flood.until(() => false) : sent;
    const answer = flood.first.toString('latin1', 0, REFUSAL.length + 1);
    const isWhole = flood.received === REFUSAL.length && answer === REFUSAL;
    const ends = flood.wasReset ? 'reset' : flood.hasEnded ? 'closed' : 'left open';
    return {
      isHeld: isWhole && flood.hasEnded && !flood.wasReset && sent === 'enough',
      observed: `${flood.received === 0 ? 'nothing' : JSON.stringify(answer)}, ${ends}, and ${flood.taken} bytes taken`,
      wasSilent: over === 'silent',
    };
  } finally {
    flood.close();
  }
}

/** An echo, RFC 862: whatever comes goes back as it came, to each client, however slowly it reads. */
import type { Passage, Terms } from '../probe.ts';
import type { ServerAddress } from '../wire-line.ts';
import { Flood } from './flood.ts';
import { type Chapter, chapter, type Seen, type Step } from './row.ts';

const ECHO = 'rfc862/tcp/echo';
const OCTETS = Uint8Array.from({ length: 256 }, (_, octet) => octet);

/** More than any system holds for two sockets, and less than a server's memory. */
const FLOOD = 32 * 1024 * 1024;
/** More than a system holds, twice: a server that stops to read has to begin again, and again. */
const MUCH = 32 * 1024 * 1024;
/** Bytes that are read between two stops. A system that sees more of them than that gives the socket more room. */
const SOME = 2 * 1024 * 1024;

/** A whole visit: what is sent comes back, and the server's end after the client's. */
function visit(client: number): Step[] {
  return [
    { client, sends: 'hello' },
    { client, hears: 'hello' },
    { client, does: 'half-close' },
    { client, sees: 'closed' },
  ];
}

export const echo: Chapter = chapter('echo', [
  {
    name: 'two-at-once',
    requirements: [ECHO, 'laws/4/others'],
    why: 'while one client says nothing, another one is heard: accept() gives each a socket of its own',
    steps: [
      { client: 1, sends: 'first' },
      { client: 1, hears: 'first' },
      { client: 2, sends: 'sec' },
      { client: 2, hears: 'sec' },
      { client: 1, sends: 'again' },
      { client: 1, hears: 'again' },
    ],
  },
  {
    name: 'again',
    requirements: ['rfc862/tcp/until-close', ECHO],
    why: 'a server goes on after its first client, and its twentieth',
    steps: Array.from({ length: 20 }, (_, i) => visit(i + 1)).flat(),
  },
  {
    name: 'octets',
    requirements: [ECHO],
    why: 'bytes are no text: what is no UTF-8 is lost where they become a string and bytes again',
    steps: [
      { client: 1, sends: OCTETS },
      { client: 1, hears: OCTETS },
    ],
  },
  {
    name: 'until-end',
    requirements: ['rfc862/tcp/until-close'],
    why: 'a client may say many things before it ends, and the last of them comes back before the end of the server',
    steps: [
      ...['one', 'two'].flatMap((word) => [
        { client: 1, sends: word },
        { client: 1, hears: word },
      ]),
      { client: 1, sends: 'three' },
      { client: 1, does: 'half-close' },
      { client: 1, hears: 'three' },
      { client: 1, sees: 'closed' },
    ],
  },
  {
    name: 'survives-reset',
    requirements: ['laws/4/others'],
    why: 'a client that resets its connection (RFC 9293 3.5.3) ends this connection, and not the server',
    steps: [
      { client: 1, sends: 'hello' },
      { client: 1, hears: 'hello' },
      { client: 1, does: 'reset' },
      // The second of them comes when the server has surely seen the reset.
      ...visit(2),
      ...visit(3),
    ],
  },
  {
    name: 'unread-stops',
    requirements: ['laws/10/pace'],
    why: 'TCP slows a sender down by itself (RFC 9293 3.8.6), unless the server takes all there is into its memory',
    expected: `fewer than ${FLOOD} bytes taken while none are read, and an echo once they are`,
    ask: askUnread,
  },
  {
    name: 'unread-all-comes',
    requirements: ['laws/10/pace', ECHO],
    why: 'a server that has stopped to read has to begin again, each time',
    expected: `${MUCH} bytes back, in order, and closed`,
    ask: askForAll,
  },
]);

async function askUnread(server: ServerAddress, terms: Terms, transcript: Passage[]): Promise<Seen> {
  const flood = await Flood.open(server, terms, transcript);
  try {
    flood.readLate();
    flood.send(FLOOD);
    // Patient, because here it is silence that holds: a server that is only slow has not stopped.
    const stopped = await flood.until(() => flood.taken >= FLOOD, 4 * terms.quiet);
    const told = `${flood.taken} bytes taken while none were read`;
    if (stopped !== 'silent') return { isHeld: false, observed: told, wasSilent: false };
    flood.readOn();
    const back = await flood.until(() => flood.received > 0);
    const isHeld = back === 'enough' && flood.isEcho;
    const observed = isHeld ? `${told}, then an echo` : `${told}, then no echo`;
    return { isHeld, observed, wasSilent: back === 'silent' };
  } finally {
    flood.close();
  }
}

async function askForAll(server: ServerAddress, terms: Terms, transcript: Passage[]): Promise<Seen> {
  const flood = await Flood.open(server, terms, transcript);
  try {
    flood.send(MUCH);
    for (const some of [0, SOME]) {
      await flood.until(() => flood.received >= some);
      flood.readLate();
      await flood.until(() => flood.taken >= MUCH);
      flood.readOn();
    }
    const back = await flood.until(() => flood.received >= MUCH || !flood.isEcho);
    flood.halfClose();
    const end = back === 'enough' ? await flood.until(() => flood.hasEnded) : back;
    const isHeld = end === 'enough' && flood.isEcho && flood.received === MUCH;
    const order = flood.isEcho ? 'in order' : 'others than were sent';
    const ends = flood.wasReset ? 'reset' : flood.hasEnded ? 'closed' : 'left open';
    return {
      isHeld,
      observed: `${flood.received} bytes back, ${order}, and ${ends}`,
      wasSilent: end === 'silent',
    };
  } finally {
    flood.close();
  }
}

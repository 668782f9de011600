/**
 * A probe of what comes after the opening handshake, as a row: what is sent and what the RFC allows. The same row is put to
 * servers and to clients, since RFC 6455 5 to 8 asks the same of both but for the mask. It ends as soon as an outcome is
 * the case and the closing handshake has shown that nothing comes after it; only a peer that does not react is waited for.
 */
import { type AboutRow, aboutOf } from '../about.ts';
import { foundOnce } from '../found-once.ts';
import type { Finding, Passage, Probe, Terms } from '../probe.ts';
import type { WireLine } from '../wire-line.ts';
import { Conversation, type Heard } from './conversation.ts';
import { type Await, close, isFrame, type Role, type Step, text } from './frame.ts';
import { isComplaint, type Outcome } from './outcome.ts';

export interface FrameRow extends AboutRow {
  readonly sends: readonly Step[];
  readonly allows: readonly Outcome[];
  /** Each octet in a write of its own. */
  readonly byteByByte?: true;
  /** Asked of this role only. */
  readonly only?: Role;
  /** What is offered to a server, or answered to a client, in Sec-WebSocket-Extensions. */
  readonly extension?: string | ((asked: Role) => string);
  /** Makes sense only where messages may refer to the ones before. */
  readonly needsTakeover?: true;
}

/** An open connection, or why there is none. */
export type Opened =
  | { readonly line: WireLine; readonly start: number; readonly agreed: string | undefined }
  | { readonly line: WireLine | undefined; readonly notOpen: string };

export type Open<Peer> = (peer: Peer, terms: Terms, extension: string | undefined) => Promise<Opened>;

/** How a server behaves to everybody. */
interface Baseline {
  readonly echoes: boolean;
  /** How it ends the connection by itself, whatever is said: `Close 1008`. Then a connection that it fails says nothing. */
  readonly closes: string | undefined;
  /** What it says without being asked. */
  readonly greetings: readonly Heard[];
}

/** A server that keeps the contract sends each message back, and nothing else. */
const CONTRACT: Baseline = { echoes: true, greetings: [], closes: undefined };

/** @param keepsContract whether that is declared of the peer, and so not found out */
export function frameProbes<Peer extends object>(
  asked: Role,
  rows: readonly FrameRow[],
  open: Open<Peer>,
  keepsContract: (peer: Peer) => boolean,
): Probe<Peer>[] {
  const found = foundOnce((peer: Peer, terms) => baseline(peer, terms, asked, open));
  const baselineOf = (peer: Peer, terms: Terms): Promise<Baseline> =>
    keepsContract(peer) ? Promise.resolve(CONTRACT) : found(peer, terms);
  return rows
    .filter(({ only }) => only === undefined || only === asked)
    .map((row) => ({
      ...aboutOf(row, row.allows.map(({ says }) => says).join(', or ')),
      ask: async (peer, terms) => {
        const finding = await ask(row, peer, terms, asked, open, () => baselineOf(peer, terms));
        // The contract says that a WebSocket opens, but nothing of compression.
        const isOwed = keepsContract(peer) && row.extension === undefined;
        return isOwed && finding.verdict === 'not asked' ? { ...finding, verdict: 'broken' } : finding;
      },
    }));
}

async function ask<Peer>(
  row: FrameRow,
  peer: Peer,
  terms: Terms,
  asked: Role,
  open: Open<Peer>,
  baselineOf: () => Promise<Baseline>,
): Promise<Finding> {
  const { finding, wasSilent } = await askOnce(row, peer, terms, asked, open, baselineOf);
  // A peer that is only slow, on a busy machine, say, or with much to inflate, is given more time before it is called silent.
  if (finding.verdict !== 'broken' || !wasSilent) return finding;
  const again = await askOnce(row, peer, { ...terms, quiet: 4 * terms.quiet }, asked, open, baselineOf);
  // A client that comes once for each case has had its turn.
  return again.finding.verdict === 'not asked' ? finding : again.finding;
}

async function askOnce<Peer>(
  row: FrameRow,
  peer: Peer,
  terms: Terms,
  asked: Role,
  open: Open<Peer>,
  baselineOf: () => Promise<Baseline>,
): Promise<{ finding: Finding; wasSilent: boolean }> {
  const extension = typeof row.extension === 'function' ? row.extension(asked) : row.extension;
  const opened = await open(peer, terms, extension);
  const { line } = opened;
  try {
    const transcript = line?.transcript ?? [];
    const lacks = (what: string) => ({ finding: notAsked(what, transcript), wasSilent: false });
    if ('notOpen' in opened) return lacks(opened.notOpen);
    if (extension !== undefined && opened.agreed === undefined) return lacks(`it declined ${extension}`);
    const conversation = new Conversation(opened.line, asked, opened.start, opened.agreed);
    if (row.needsTakeover === true && !conversation.takesContextOver)
      return lacks('it asked for no context takeover');
    const wasSilent = await converse(conversation, row);
    const isHeld = (): boolean => row.allows.some((outcome) => outcome.isCase(conversation));
    const needsEcho = row.allows.some((outcome) => outcome.needsEcho);
    if (asked === 'server' && conversation.hasFailed) {
      const { closes } = await baselineOf();
      if (closes !== undefined) return lacks(`it ends every connection by itself: ${closes}`);
    }
    if (!isHeld() && asked === 'server' && (needsEcho || conversation.heard.length > 0)) {
      const { echoes, greetings } = await baselineOf();
      if (needsEcho && !echoes) return { finding: findingWithoutEcho(row, conversation), wasSilent: false };
      conversation.forget(greetings);
    }
    const verdict = isHeld() ? 'held' : 'broken';
    const differs = isHeld() ? undefined : row.allows.map((one) => one.differs?.(conversation)).find(Boolean);
    const observed = `${conversation.observed}${differs === undefined ? '' : `: ${differs}`}`;
    return { finding: { verdict, observed, transcript }, wasSilent };
  } finally {
    line?.close();
  }
}

/** Of a server that does not echo: only whether it takes what it was sent, and goes on. */
function findingWithoutEcho({ allows }: FrameRow, conversation: Conversation): Finding {
  const { transcript } = conversation.line;
  const verdicts = allows.map(({ withoutEcho }) => withoutEcho?.(conversation));
  const verdict = verdicts.find((one) => one !== undefined);
  if (verdict === undefined) return notAsked('it does not echo', transcript);
  const observed = `${conversation.observed}; it does not echo: asked was whether it takes this and goes on`;
  return { verdict, observed, transcript };
}

export function notAsked(observed: string, transcript: readonly Passage[]): Finding {
  return { verdict: 'not asked', observed, transcript };
}

/** Says what there is to say; answers whether it was silence that ended the wait for an outcome. */
async function converse(
  conversation: Conversation,
  { sends, allows, byteByByte }: FrameRow,
): Promise<boolean> {
  const { line } = conversation;
  // Frames next to each other leave in one write; encoded when it is their turn, since a Close changes how what is
  // heard is to be taken.
  for (let i = 0; i < sends.length; ) {
    const step = sends[i]!;
    if (step === 'half-close') line.halfClose();
    else if (step === 'read late') line.readLate();
    else if (step === 'read on') await line.readOn();
    else if ('awaits' in step) {
      const why = await conversation.until(() => hasCome(step.awaits, conversation));
      if (why !== 'enough') conversation.waitedInVain = true;
    } else {
      const parts: Uint8Array[] = [];
      for (let next: Step | undefined = step; isBytes(next); next = sends[++i])
        parts.push(conversation.encode(next));
      const bytes = Buffer.concat(parts);
      if (byteByByte === true) await line.sendByteByByte(bytes);
      else line.send(bytes);
      continue;
    }
    i++;
  }
  const isOutcome = (): boolean => allows.some((outcome) => outcome.isCase(conversation));
  const wasSilent = (await conversation.until(isOutcome)) === 'silent';
  if (conversation.hasSentClose || conversation.hasFailed || conversation.hasEnded) return wasSilent;
  line.send(conversation.encode(close(1000)));
  const isAnswered = await conversation.until(() => conversation.closeBody !== undefined);
  return wasSilent || isAnswered === 'silent';
}

function hasCome(awaits: Await['awaits'], { heard, closeBody }: Conversation): boolean {
  if (awaits === 'silence') return false;
  return awaits === 'close' ? closeBody !== undefined : heard.length >= awaits.length;
}

function isBytes(step: Step | undefined): step is Extract<Step, Uint8Array> | (Step & { opcode: number }) {
  return step instanceof Uint8Array || (step !== undefined && isFrame(step));
}

/** Asked only where a probe did not hold, which may be for want of an echo or for a greeting. */
async function baseline<Peer>(peer: Peer, terms: Terms, asked: Role, open: Open<Peer>): Promise<Baseline> {
  const opened = await open(peer, terms, undefined);
  try {
    if ('notOpen' in opened) return { echoes: false, greetings: [], closes: undefined };
    const conversation = new Conversation(opened.line, asked, opened.start);
    // With more around it, it is an echo all the same, though a wrong one.
    const isEcho = ({ type, data }: Heard): boolean => type === 'text' && Buffer.from(data).includes(ECHOED);
    opened.line.send(conversation.encode(text(ECHOED)));
    await conversation.until(() => conversation.heard.some(isEcho));
    const { heard } = conversation;
    const { closeCode, hasFailed } = conversation;
    const closes = hasFailed && !isComplaint(closeCode) ? conversation.observed : undefined;
    return { echoes: heard.some(isEcho), greetings: heard.filter((one) => !isEcho(one)), closes };
  } finally {
    opened.line?.close();
  }
}

const ECHOED = 'do you echo?';

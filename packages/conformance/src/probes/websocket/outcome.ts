/**
 * What a peer may make of what it was sent: each outcome is a name for reports and a question to the conversation. A probe
 * lists all that the RFC allows.
 */
import { type Conversation, describe, describeClose } from './conversation.ts';
import type { Said } from './frame.ts';

export interface Outcome {
  readonly says: string;
  /** An echo server is asked; of another server, nothing can be known. */
  readonly needsEcho: boolean;
  /** What of it a server that does not echo can be asked all the same. */
  readonly withoutEcho?: (conversation: Conversation) => 'held' | 'broken' | undefined;
  isCase(conversation: Conversation): boolean;
  /** If what came reads like this outcome and is not: at which octet it is another. */
  readonly differs?: (conversation: Conversation) => string | undefined;
}

/** Says this and nothing else, and the connection goes on until the probe closes it. */
export function says(...expected: readonly Said[]): Outcome {
  return {
    says: `${wordsFor(expected)}, and goes on`,
    needsEcho: expected.some(({ type }) => type !== 'pong'),
    isCase: (seen) =>
      !seen.hasFailed &&
      !isFault(seen.closeCode) &&
      seen.heard.length === expected.length &&
      isBeginning(seen, expected),
    withoutEcho: (seen) => takes(seen, expected),
    differs: (seen) => difference(seen, expected),
  };
}

function difference({ heard }: Conversation, expected: readonly Said[]): string | undefined {
  for (const [i, { type, data }] of expected.entries()) {
    const came = heard[i];
    const octet = came?.data.findIndex((byte, at) => byte !== data[at]) ?? -1;
    if (octet >= 0 && describe(came!.type, came!.data) === describe(type, data))
      return `message ${i + 1} differs from octet ${octet} on`;
  }
  return undefined;
}

/** Whether it takes what it was sent without an echo: answers each Ping, and our Close by one that tells of no fault. */
function takes(
  { heard, closeCode, hasFailed }: Conversation,
  expected: readonly Said[],
): 'held' | 'broken' | undefined {
  if (isComplaint(closeCode)) return 'broken';
  const pongs = (all: readonly { type: string; data: Uint8Array }[]): string[] =>
    all.filter(({ type }) => type === 'pong').map(({ data }) => Buffer.from(data).toString('latin1'));
  const isAnswered = pongs(heard).join() === pongs(expected).join();
  return !hasFailed && isAnswered && closeCode !== undefined && !isFault(closeCode) ? 'held' : undefined;
}

/** As `says`, and `isSo` holds of what was seen. */
export function saysSo(
  expected: readonly Said[],
  what: string,
  isSo: (seen: Conversation) => boolean,
): Outcome {
  const outcome = says(...expected);
  return {
    says: `${outcome.says}: ${what}`,
    needsEcho: outcome.needsEcho,
    isCase: (seen) => outcome.isCase(seen) && isSo(seen),
  };
}

/** Says it in time: whatever the probe waits for has come before the probe goes on. */
export function inTime(outcome: Outcome): Outcome {
  return {
    says: `${outcome.says}: each as soon as it is asked for`,
    needsEcho: outcome.needsEcho,
    isCase: (seen) => !seen.waitedInVain && outcome.isCase(seen),
    withoutEcho: (seen) => {
      const verdict = outcome.withoutEcho?.(seen);
      return verdict === 'held' && seen.waitedInVain ? 'broken' : verdict;
    },
    differs: (seen) => (seen.waitedInVain ? 'only once more was sent' : outcome.differs?.(seen)),
  };
}

/**
 * Fails the connection (7.1.7): by a Close with any code, or by the end of TCP alone, which it MAY. What came before the
 * break may have been answered or not.
 */
export function fails(...before: readonly Said[]): Outcome {
  return {
    says: 'fails the connection',
    needsEcho: false,
    isCase: (seen) => seen.hasFailed && seen.heard.length <= before.length && isBeginning(seen, before),
  };
}

/** Fails it, and says why. */
export function failsWith(...codes: readonly number[]): Outcome {
  return {
    says: codes.map(describeClose).join(' or '),
    needsEcho: false,
    isCase: (seen) => seen.hasFailed && seen.closeCode !== undefined && codes.includes(seen.closeCode),
  };
}

/** Answers our Close by one with one of these codes; any that is no fault, where none is named. */
export function answersClose(...codes: readonly number[]): Outcome {
  return {
    says: codes.length === 0 ? 'answers by a Close' : `answers ${codes.map(describeClose).join(' or ')}`,
    needsEcho: false,
    isCase: ({ closeCode }) =>
      closeCode !== undefined && (codes.length === 0 ? !isFault(closeCode) : codes.includes(closeCode)),
  };
}

/**
 * Takes our Close for broken: ends TCP without an answer, or answers by a code for a fault which is not ours back. The end
 * comes in any case, so that only the code tells; and that it fits is a SHOULD (7.1.7), as are the probes that ask for it.
 */
export function refusesClose(code: number): Outcome {
  return {
    says: `ends TCP, or a Close that says what was wrong with ours`,
    needsEcho: false,
    isCase: ({ closeCode, hasEnded }) =>
      closeCode === undefined ? hasEnded : isFault(closeCode) && closeCode !== code,
  };
}

/** Whatever it answers to our Close, it is not this code. */
export function doesNotSay(code: number): Outcome {
  const isCode = (body: Uint8Array): boolean => body.length >= 2 && body[0]! * 256 + body[1]! === code;
  return ends(`ends TCP, or answers by another code than ${code}`, ({ closeBody, hasEnded }) =>
    closeBody === undefined ? hasEnded : !isCode(closeBody),
  );
}

/** What was seen of the end of the connection, once the peer has said all that it says. */
export function ends(what: string, isSo: (seen: Conversation) => boolean): Outcome {
  return { says: what, needsEcho: false, isCase: isSo };
}

/** Seen when the peer has ended TCP: nothing can come any more. */
export const endsSilent: Outcome = ends(
  'ends TCP, and says nothing but a Close',
  ({ heard, afterClose, hasEnded }) => hasEnded && heard.length === 0 && afterClose === 0,
);

/** Whether nothing else was said. Pongs are compared with Pongs: the application that echoes may be later than they are. */
function isBeginning({ heard }: Conversation, expected: readonly Said[]): boolean {
  return [true, false].every((ofPongs) => {
    const others = expected.filter(({ type }) => (type === 'pong') === ofPongs);
    const these = heard.filter(({ type }) => (type === 'pong') === ofPongs);
    return these.every(({ type, data }, i) => {
      const other = others[i];
      return other?.type === type && Buffer.compare(other.data, data) === 0;
    });
  });
}

/** It says itself that what it was sent breaks the protocol: other codes may be about what the application wants. */
export function isComplaint(code: number | undefined): boolean {
  return code === 1002 || code === 1007;
}

/** Codes by which one who takes a connection for broken says so (7.4.1). */
function isFault(code: number | undefined): boolean {
  return code !== undefined && code >= 1002 && code <= 1011 && code !== 1005;
}

function wordsFor(expected: readonly Said[]): string {
  if (expected.length === 0) return 'says nothing';
  return expected.map(({ type, data }) => describe(type, data)).join(', ');
}

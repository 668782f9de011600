/**
 * What a server may make of a probe, as a sequence that can be read aloud: `[400, CLOSED]` is an answer with 400 and then
 * the end of the connection, `[USUAL, USUAL]` two requests answered as such requests are. A row allows one or several.
 */
import { type Answer, announcesClose, fieldValue } from './answers.ts';
import type { Baseline } from './baseline.ts';

/** What happened, in order: answers, and the times when the probe had waited for one in vain. */
export type Event = Answer | 'silence';

export interface Seen {
  readonly events: readonly Event[];
  /** `open` where the probe had no need to wait for the end, or none came. */
  readonly end: 'open' | 'closed' | 'reset';
  /** Bytes that are no answer, or half of one. */
  readonly rest: Buffer;
  readonly baseline: Baseline;
  /** The methods of the requests, in order. */
  readonly methods: readonly string[];
  /** What an echo has to send back as the answer to the first request. */
  readonly content: string | undefined;
}

/** One element of an outcome: a status, or a test with its words. */
export type Expected = number | Check;

export interface Check {
  readonly words: string;
  meets(event: Event, asked: number, seen: Seen): boolean;
  /** What decided it, where that is more than the status: both lengths, the field that is there twice. */
  saw?(answer: Answer, asked: number, seen: Seen): string;
}

/** Ends a sequence: the server closes. Without it, the end is not looked at. */
export const CLOSED = 'closed';

export type Outcome = readonly (Expected | typeof CLOSED)[];

export function answer(
  words: string,
  meets: (answer: Answer, asked: number, seen: Seen) => boolean,
  saw?: Check['saw'],
): Check {
  return {
    words,
    ...(saw && { saw }),
    meets: (event, ...more) => event !== 'silence' && event.isComplete && meets(event, ...more),
  };
}

/** As a plain request with this method is answered, and with the content sent where the server echoes. */
export const USUAL: Check = answer('as usual', isUsual, otherContent);

/** The usual answer by a server that need not have read the content for it; an echo must. RFC 9112 9.5 allows both. */
export const EARLY: Check = answer(
  'as usual before the content is read',
  (it, asked, seen) => !seen.baseline.echoes && isUsual(it, asked, seen),
);

/** `Content-Length: 5` of an answer, or `no Content-Length`. */
export function fieldIn(answer: Answer, name: string): string {
  const value = fieldValue(answer, name.toLowerCase());
  return value === undefined ? `no ${name}` : `${name}: ${value}`;
}

/** The field came as this line in the list of a server that lists what it received; as usual by any other. */
export function listed(line: string): Check {
  return answer(
    `listed as ${JSON.stringify(line)}`,
    (it, asked, seen) =>
      seen.baseline.mirror === undefined
        ? isUsual(it, asked, seen)
        : it.content
            .toString('latin1')
            .split(/\r?\n/)
            .some((one) => one.toLowerCase() === line.toLowerCase()),
    (it, _, { baseline }) => (baseline.mirror === undefined ? '' : `listed ${linesLike(it, line)}`),
  );
}

/** The lines of the list that have the name of this one. */
function linesLike({ content }: Answer, line: string): string {
  const name = line.slice(0, line.indexOf(':') + 1).toLowerCase();
  const lines = content.toString('latin1').split(/\r?\n/);
  return JSON.stringify(lines.filter((one) => one.toLowerCase().startsWith(name)));
}

/** As a server answers that has the resource or not, and has no objection to how it was asked. */
export const TAKEN: Check = answer('anything but 400 and 5xx', ({ status }) => isTaken(status));

function isTaken(status: number): boolean {
  return status >= 200 && status !== 400 && (status < 500 || status === 501);
}

/** Any final answer. */
export const FINAL: Check = answer('any answer', ({ status }) => status >= 200);
export const REFUSED: Check = answer('4xx', ({ status }) => status >= 400 && status < 500);
export const NOT_SERVED: Check = answer('4xx or 5xx', ({ status }) => status >= 400);
/** The probe waited, and the server did, too. */
export const SILENCE: Check = { words: 'silence', meets: (event) => event === 'silence' };

export function oneOf(...statuses: number[]): Check {
  return answer(statuses.join(' or '), ({ status }) => statuses.includes(status));
}

function isUsual(it: Answer, asked: number, seen: Seen): boolean {
  const expected = echoed(asked, seen);
  return hasUsualStatus(it, asked, seen) && (expected === undefined || it.content.equals(expected));
}

function hasUsualStatus({ status }: Answer, asked: number, { methods, baseline }: Seen): boolean {
  const method = methods[asked]!;
  const usual = method === 'HEAD' ? baseline.statuses['GET'] : baseline.statuses[method];
  return usual === undefined ? isTaken(status) : status === usual;
}

/** Content of no octets is not looked for: an echo of nothing may say so. */
function echoed(asked: number, { baseline, content }: Seen): Buffer | undefined {
  return asked === 0 && content && baseline.echoes ? Buffer.from(content, 'latin1') : undefined;
}

/** What came instead of the content that was sent, if that is all that is wrong: the status says nothing of it. */
function otherContent(it: Answer, asked: number, seen: Seen): string {
  const expected = echoed(asked, seen);
  if (expected === undefined || it.content.equals(expected) || !hasUsualStatus(it, asked, seen)) return '';
  const both = [expected, it.content];
  const isShort = both.every(({ length }) => length <= 32);
  const [sent, came] = both.map((bytes) => (isShort ? quoted(bytes) : `${bytes.length} bytes`));
  const at = expected.findIndex((byte, i) => byte !== it.content[i]);
  return `content sent ${sent}, came back ${came}, different from byte ${at < 0 ? expected.length : at} on`;
}

/** As code writes it: what is no ASCII by its byte. */
function quoted(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1')).replace(
    /\\u00(..)|[\x7f-\xff]/g,
    (one, hex: string | undefined) => `\\x${hex ?? one.charCodeAt(0).toString(16)}`,
  );
}

/**
 * `maybe` where all that came is allowed, and no more could come: the server said that it closes, as it may after any
 * answer, or it does not pipeline. Then the question cannot be put.
 */
export function match(outcome: Outcome, seen: Seen): 'yes' | 'maybe' | 'no' {
  const { events, end } = seen;
  const wanted = outcome.filter((element) => element !== CLOSED);
  if (events.length > wanted.length) return 'no';
  let asked = 0;
  for (const [i, event] of events.entries()) {
    const element = wanted[i]!;
    const meets = typeof element === 'number' ? isStatus(event, element) : element.meets(event, asked, seen);
    if (!meets) return 'no';
    if (event !== 'silence' && event.status >= 200) asked++;
  }
  const last = events.at(-1);
  if (events.length < wanted.length) {
    if (last === undefined || last === 'silence') return 'no';
    const isLast = end === 'open' ? !seen.baseline.pipelines : announcesClose(last);
    return isLast && asked > 0 ? 'maybe' : 'no';
  }
  return outcome.at(-1) === CLOSED && end === 'open' ? 'no' : 'yes';
}

function isStatus(event: Event, status: number): boolean {
  return event !== 'silence' && event.isComplete && event.status === status;
}

/** `400, closed; or as usual`. */
export function wordsOf(outcomes: readonly Outcome[]): string {
  return outcomes.map((outcome) => wordsOfOne(outcome)).join('; or ');
}

function wordsOfOne(outcome: Outcome): string {
  if (outcome.length === 0) return 'no answer yet';
  if (outcome[0] === CLOSED) return 'closed without an answer';
  const words = outcome.map((it) => `${typeof it === 'object' ? it.words : it}`);
  const isLong = words.length > 4 && words.every((one) => one === words[0]);
  return isLong ? `${words[0]}, ${words.length} times` : words.join(', ');
}

/**
 * @param outcomes what is allowed, whose checks say what they looked at
 * @param waited whether the probe has waited for the end
 */
export function observed(seen: Seen, outcomes: readonly Outcome[], waited: boolean): string {
  const { events, end, rest } = seen;
  const answers = events.map((event) =>
    event === 'silence' ? event : `${event.status}${event.isComplete ? '' : ' cut off'}`,
  );
  const none = events.length === 0 && rest.length === 0 ? ['no answer'] : [];
  const strange = rest.length > 0 && events.every((it) => it === 'silence' || it.isComplete);
  if (strange) none.push('bytes that are no answer');
  const ends = end !== 'open' ? [end] : waited ? ['left open'] : [];
  const looks = new Set(outcomes.flatMap((outcome) => looksAt(outcome, seen)));
  const decided = looks.size === 0 ? '' : `: ${[...looks].join(', ')}`;
  return [...answers, ...none, ...ends].join(', ') + decided;
}

/** What the checks of an outcome looked at, in the answers that they are about. */
function looksAt(outcome: Outcome, seen: Seen): string[] {
  return outcome.flatMap((element, i) => {
    const event = seen.events[i];
    if (typeof element !== 'object' || event === undefined || event === 'silence') return [];
    const saw = element.saw?.(event, i, seen) ?? '';
    return saw === '' ? [] : [saw];
  });
}

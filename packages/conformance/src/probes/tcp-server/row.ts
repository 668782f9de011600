/**
 * A probe of a TCP server as a row of data: what several clients do, in order, and what each hears. The order holds within the
 * server, too: what a client sent is with the server before another one, who sends later, is answered. So bytes arrive cut as
 * the row says without a pause. Nothing but silence is waited for.
 */
import { shown } from '../../report/bytes.ts';
import { type AboutRow, aboutOf } from '../about.ts';
import type { Finding, Passage, Probe, Terms } from '../probe.ts';
import { type ServerAddress, WireLine } from '../wire-line.ts';
import { type Contract, contractOf } from './contract.ts';

/** Clients are numbered from 1, and connect when they first do something. */
export type Step = { readonly client: number } & (
  | { readonly sends: string | Uint8Array }
  /** Exactly these bytes, next. */
  | { readonly hears: string | Uint8Array }
  | { readonly does: 'half-close' | 'reset' }
  /** By a FIN, or in any way; nothing more is heard before it. */
  | { readonly sees: 'closed' | 'ended'; readonly within?: number }
);

export interface Row extends AboutRow {
  readonly steps: readonly Step[];
}

/** A probe with a way of its own to ask. */
export interface OwnRow extends Omit<Row, 'steps'> {
  readonly expected: string;
  ask(server: ServerAddress, terms: Terms, transcript: Passage[]): Promise<Seen>;
}

export interface Seen {
  readonly isHeld: boolean;
  readonly observed: string;
  /** It has waited in vain: worth asking again, with more patience. */
  readonly wasSilent: boolean;
}

export type Chapter = readonly Probe<ServerAddress>[];

export function chapter(contract: Contract, rows: readonly (Row | OwnRow)[]): Chapter {
  return rows.map((row) => ({
    ...aboutOf(
      { ...row, name: `${contract}/${row.name}` },
      'steps' in row ? wordsOf(row.steps) : row.expected,
    ),
    ask: (server, terms) => ask(contract, row, server, terms),
  }));
}

async function ask(
  contract: Contract,
  row: Row | OwnRow,
  server: ServerAddress,
  terms: Terms,
): Promise<Finding> {
  const kept = server.keepsContract ? contract : contractOf(server.path);
  if (kept !== contract)
    return { verdict: 'not asked', observed: `its contract is ${kept}, not ${contract}`, transcript: [] };
  const askOnce = async (quiet: number): Promise<Seen & Pick<Finding, 'transcript'>> => {
    const transcript: Passage[] = [];
    const how = { ...terms, quiet };
    const seen =
      'steps' in row
        ? await converse(row.steps, server, how, transcript)
        : await row.ask(server, how, transcript);
    return { ...seen, transcript };
  };
  let seen = await askOnce(terms.quiet);
  // A server that is only slow, on a busy machine, say, is given more time before it is called silent.
  if (!seen.isHeld && seen.wasSilent) seen = await askOnce(4 * terms.quiet);
  const { isHeld, observed, transcript } = seen;
  return { verdict: isHeld ? 'held' : 'broken', observed, transcript };
}

// ── The conversation ──

/** What a client has heard that was expected: the number of bytes. */
interface Client {
  readonly line: WireLine;
  heard: number;
}

async function converse(
  steps: readonly Step[],
  server: ServerAddress,
  terms: Terms,
  transcript: Passage[],
): Promise<Seen> {
  const clients = new Map<number, Client>();
  const connect = async (number: number): Promise<Client> => {
    const known = clients.get(number);
    if (known !== undefined) return known;
    const line = await WireLine.open(server, terms, transcript, number - 1);
    const client = { line, heard: 0 };
    clients.set(number, client);
    return client;
  };
  try {
    for (const step of steps) {
      const failure = await take(step, await connect(step.client), terms.quiet);
      if (failure !== undefined) return { isHeld: false, ...failure };
    }
    for (const [number, client] of clients) {
      const more = unheard(client);
      if (more.length > 0) return { isHeld: false, wasSilent: false, observed: told(number, more, 'more') };
    }
    return { isHeld: true, wasSilent: false, observed: wordsOf(steps) };
  } finally {
    for (const { line } of clients.values()) line.close();
  }
}

/** @returns what went wrong */
async function take(step: Step, client: Client, quiet: number): Promise<Omit<Seen, 'isHeld'> | undefined> {
  const { line } = client;
  if ('sends' in step) line.send(step.sends);
  else if ('does' in step) step.does === 'reset' ? line.reset() : line.halfClose();
  else {
    const wanted = 'hears' in step ? bytesOf(step.hears) : Buffer.alloc(0);
    const isEnd = 'sees' in step;
    const isOver = (): boolean => {
      const came = unheard(client);
      return (!isEnd && came.length >= wanted.length) || !isBeginning(came, wanted);
    };
    const patience = isEnd ? Math.max(quiet, step.within ?? 0) : quiet;
    const how = await line.receive(isOver, patience);
    const came = unheard(client);
    const isRight = isEnd
      ? came.length === 0 && (step.sees === 'closed' ? line.end === 'closed' : line.end !== 'open')
      : came.length >= wanted.length && isBeginning(came, wanted);
    if (!isRight) {
      const after = line.end !== 'open' ? line.end : how === 'silent' ? 'silence' : 'left open';
      // If the row itself says how long the server may take, more patience would tell nothing.
      const wasSilent = how === 'silent' && !(isEnd && step.within !== undefined);
      return { observed: told(step.client, came, after), wasSilent };
    }
    client.heard += wanted.length;
  }
  return undefined;
}

function unheard({ line, heard }: Client): Buffer {
  return line.received.subarray(heard);
}

/** Of what is longer, only what the other has is looked at. */
function isBeginning(came: Buffer, wanted: Buffer): boolean {
  const length = Math.min(came.length, wanted.length);
  return (wanted.length > 0 || came.length === 0) && came.compare(wanted, 0, length, 0, length) === 0;
}

function bytesOf(bytes: string | Uint8Array): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
}

// ── Words ──

/** Bytes of an answer that are told. */
const TOLD = 40;

function told(client: number, came: Uint8Array, after: string): string {
  const heard = came.length === 0 ? 'nothing' : `"${shown(came, TOLD)}"`;
  return `client ${client}: ${heard}, then ${after}`;
}

/** `client 1: "first", closed; client 2: "sec"`. */
function wordsOf(steps: readonly Step[]): string {
  const words = new Map<number, string[]>();
  for (const step of steps) {
    const own = words.get(step.client) ?? [];
    if ('hears' in step) own.push(`"${shown(bytesOf(step.hears), TOLD)}"`);
    if ('sees' in step) own.push(step.sees === 'ended' ? 'closed or reset' : step.sees);
    words.set(step.client, own);
  }
  const all = [...words].filter(([, own]) => own.length > 0);
  const [first, ...others] = all.map(([, own]) => own.join(', '));
  if (others.length > 2 && others.every((one) => one === first)) return `${first}, for ${all.length} clients`;
  return all.map(([number, own]) => `client ${number}: ${own.join(', ')}`).join('; ');
}

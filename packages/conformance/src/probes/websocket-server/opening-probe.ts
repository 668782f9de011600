/** A probe of a server's opening handshake, as a row: the request, and what the RFC allows of its answer. */
import { type AboutRow, aboutOf } from '../about.ts';
import type { Finding, Probe, Terms } from '../probe.ts';
import { notAsked } from '../websocket/frame-probe.ts';
import { fieldOf, type Head, statusOf } from '../websocket/head.ts';
import { hostOf, type ServerAddress, WireLine } from '../wire-line.ts';
import { encodeRequest, faultOf, KEY, type Request, receiveHead } from './open.ts';

export interface OpeningOutcome {
  readonly says: string;
  /** @param head undefined: the connection ended, or stayed silent, without a response */
  isCase(head: Head | undefined, line: WireLine): boolean;
}

export interface OpeningRow extends AboutRow {
  readonly request: Request;
  readonly allows: readonly OpeningOutcome[];
  readonly byteByByte?: true;
  /** Asked only of who answers so to this: a server that has no such extension cannot be wrong about it. */
  readonly needs?: { readonly request: Request; readonly answer: OpeningOutcome };
}

export const opens = (key: string = KEY): OpeningOutcome => ({
  says: '101 with the Accept of the key',
  isCase: (head) => head !== undefined && faultOf(head, key) === undefined,
});

/** Any status but 101: to a server of HTTP it may be a request like any other. Or none, and the end. */
export const refuses: OpeningOutcome = {
  says: 'a status other than 101, or the end of the connection',
  isCase: (head, { end }) => (head === undefined ? end !== 'open' : statusOf(head) >= 200),
};

export const answersError: OpeningOutcome = {
  says: 'a status from 400 up',
  isCase: (head) => head !== undefined && statusOf(head) >= 400,
};

export const namesVersions: OpeningOutcome = {
  says: 'a status from 400 up, with Sec-WebSocket-Version: 13 among others',
  isCase: (head) =>
    head !== undefined &&
    statusOf(head) >= 400 &&
    (fieldOf(head, 'sec-websocket-version') ?? '').split(',').some((version) => version.trim() === '13'),
};

export const is426: OpeningOutcome = {
  says: '426',
  isCase: (head) => head !== undefined && statusOf(head) === 426,
};

export const once: OpeningOutcome = {
  says: '101 with each field of the handshake once',
  isCase: (head) =>
    head !== undefined &&
    faultOf(head) === undefined &&
    ['sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions'].every(
      (name) => head.lines.filter(([of]) => of.toLowerCase() === name).length <= 1,
    ),
};

/** A subprotocol out of the list, or none. */
export const choosesFrom = (...offered: readonly string[]): OpeningOutcome => ({
  says: `101 with ${offered.join(' or ')}, or with no subprotocol`,
  isCase: (head) => {
    if (head === undefined || faultOf(head) !== undefined) return false;
    const chosen = fieldOf(head, 'sec-websocket-protocol');
    return chosen === undefined || offered.includes(chosen);
  },
});

export function openingProbes(rows: readonly OpeningRow[]): Probe<ServerAddress>[] {
  return rows.map((row) => ({
    ...aboutOf(row, row.allows.map(({ says }) => says).join(', or ')),
    ask: (address, terms) => ask(row, address, terms),
  }));
}

async function ask(row: OpeningRow, address: ServerAddress, terms: Terms): Promise<Finding> {
  const line = await WireLine.open(address, terms);
  const { transcript } = line;
  try {
    const head = await request(line, row.request, address, row.byteByByte);
    if (row.allows.some((outcome) => outcome.isCase(head, line)))
      return { verdict: 'held', observed: observed(head, line), transcript };
    if (row.needs !== undefined && !(await isAnswered(row.needs, address, terms)))
      return notAsked('it takes no such offer', transcript);
    return { verdict: 'broken', observed: observed(head, line), transcript };
  } finally {
    line.close();
  }
}

async function isAnswered(
  { request: of, answer }: NonNullable<OpeningRow['needs']>,
  address: ServerAddress,
  terms: Terms,
): Promise<boolean> {
  const line = await WireLine.open(address, terms);
  const head = await request(line, of, address);
  line.close();
  return answer.isCase(head, line);
}

async function request(
  line: WireLine,
  of: Request,
  address: ServerAddress,
  byteByByte = false,
): Promise<Head | undefined> {
  const target = `http://${hostOf(address)}${address.path}`;
  const bytes = encodeRequest(address, of.target === undefined ? of : { ...of, target });
  if (byteByByte) await line.sendByteByByte(bytes);
  else line.send(bytes);
  return receiveHead(line);
}

function observed(head: Head | undefined, line: WireLine): string {
  if (head === undefined) return line.end === 'open' ? 'no response' : `no response, TCP ${line.end}`;
  if (statusOf(head) !== 101) return head.start;
  const [protocol, extensions] = ['protocol', 'extensions'].map((name) =>
    fieldOf(head, `sec-websocket-${name}`),
  );
  return `101${protocol === undefined ? '' : `, subprotocol ${protocol}`}${extensions === undefined ? '' : `, ${extensions}`}`;
}

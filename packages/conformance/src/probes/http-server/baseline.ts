/**
 * What is usual for a server: how it answers requests that nobody could object to. An unknown server may have nothing at
 * the path, refuse POST, or answer the same to all; a probe then compares, and claims no more than can be told apart.
 */
import { foundOnce } from '../found-once.ts';
import type { Terms } from '../probe.ts';
import { hostOf, type ServerAddress, WireLine } from '../wire-line.ts';
import { type Answer, readAnswers } from './answers.ts';

export interface Baseline {
  /** The status that a plain request is answered with, by method: GET and POST. */
  readonly statuses: Readonly<Record<string, number>>;
  /** POST; GET where the server knows no POST here, since framing is the same for all methods. */
  readonly contentMethod: 'POST' | 'GET';
  /** Whether content comes back, byte for byte. */
  readonly echoes: boolean;
  /** Where the fields of a request come back, one a line: the path itself, or `/echo`. */
  readonly mirror: string | undefined;
  /** Whether requests in one packet are all answered. Where they are not, `connection/pipelined` says so, and no other probe. */
  readonly pipelines: boolean;
  /** Milliseconds to the first answer: a server far away is not to be taken for a silent one. */
  readonly latency: number;
  /** Why nothing can be asked. */
  readonly unfit?: string;
}

/** What is usual for a server that keeps the contract. */
const CONTRACT: Baseline = {
  statuses: { GET: 200, POST: 200 },
  contentMethod: 'POST',
  echoes: true,
  mirror: undefined,
  pipelines: true,
  latency: 0,
};

const CONTENT = 'conformance';
const FIELD = 'X-Conformance: mirror';

const found = foundOnce(findOut);

/** Declared by the server's contract; else found out once for each address. */
export function baselineOf(server: ServerAddress, terms: Terms): Promise<Baseline> {
  return server.keepsContract ? Promise.resolve(CONTRACT) : found(server, terms);
}

async function findOut(server: ServerAddress, terms: Terms): Promise<Baseline> {
  const { path } = server;
  const ask = (method: string, target: string, rest = '\r\n'): Promise<Answer | undefined> =>
    askPlainly(server, terms, method, `${plainHead(server, method, target)}${rest}`);
  const started = performance.now();
  const get = await ask('GET', path);
  const latency = performance.now() - started;
  const [pipelines, post, ...mirrors] = await Promise.all([
    answersBoth(server, terms),
    ask('POST', path, `Content-Length: ${CONTENT.length}\r\n\r\n${CONTENT}`),
    ask('GET', path, `${FIELD}\r\n\r\n`),
    ask('GET', '/echo', `${FIELD}\r\n\r\n`),
  ]);
  const mirror = [path, '/echo'].find((_, i) => mirrors[i]?.content.includes(FIELD));
  const [usual, status] = [get?.status ?? 0, post?.status ?? 0];
  const takesPost = status !== 0 && (status < 400 || status === usual);
  const isUnfit = usual === 0 || usual === 400 || usual >= 500;
  return {
    statuses: { GET: usual, POST: status },
    contentMethod: takesPost ? 'POST' : 'GET',
    echoes: takesPost && post!.content.toString() === CONTENT,
    mirror,
    pipelines,
    latency,
    ...(isUnfit && { unfit: `a plain GET of ${path} is answered ${usual === 0 ? 'with nothing' : usual}` }),
  };
}

/** Whether a plain GET is still answered. */
export async function isAnswering(server: ServerAddress, terms: Terms): Promise<boolean> {
  return (await askPlainly(server, terms, 'GET', `${plainHead(server)}\r\n`)) !== undefined;
}

async function answersBoth(server: ServerAddress, terms: Terms): Promise<boolean> {
  const line = await WireLine.open(server, terms);
  try {
    line.send(`${plainHead(server)}\r\n`.repeat(2));
    const answers = (): number => readAnswers(line.received, ['GET', 'GET'], line.end !== 'open').all.length;
    return (await line.receive(() => answers() > 1, 4 * terms.quiet)) !== 'silent';
  } finally {
    line.close();
  }
}

async function askPlainly(
  server: ServerAddress,
  terms: Terms,
  method: string,
  request: string,
): Promise<Answer | undefined> {
  const line = await WireLine.open(server, terms);
  try {
    line.send(request);
    let final: Answer | undefined;
    const look = (): boolean => {
      const answers = readAnswers(line.received, [method], line.end !== 'open');
      final = answers.all.find(({ status, isComplete }) => status >= 200 && isComplete);
      return final !== undefined;
    };
    // The first answers of a server may take their time: it loads, or compiles.
    await line.receive(look, Math.max(10 * terms.quiet, 5000));
    return final;
  } finally {
    line.close();
  }
}

/** A good request, but for the empty line. */
export function plainHead(server: ServerAddress, method = 'GET', target: string = server.path): string {
  return `${method} ${target} HTTP/1.1\r\nHost: ${hostOf(server)}\r\n${ownLinesOf(server)}`;
}

/** The lines that every request has beside its own: Authorization, what `--header` says. */
export function ownLinesOf({ fields = [] }: ServerAddress): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

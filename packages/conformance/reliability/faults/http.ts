/** Conversations of HTTP: whatever happens to them, content is whole or its reader is told, and no POST comes twice. */
import { Client, createServer, HttpError, type HttpRequest, type TargetOptions } from 'http-mini';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { type Conversation, PATIENCE, PATIENT, type Result, type Stage } from './conversation.ts';

interface Plan {
  readonly name: string;
  /** Together, each with a number of its own. */
  readonly requests: readonly TargetOptions[];
  readonly pipelining?: number;
  readonly tls?: boolean;
}

const plans: readonly Plan[] = [
  { name: 'GET, twice on one connection', requests: [{}, {}] },
  { name: 'GET, three pipelined', requests: [{}, {}, {}], pipelining: 3 },
  {
    name: 'POST, chunked with a trailer',
    requests: [
      { method: 'POST', body: () => parts('chunk one, ', 'two, ', 'and three'), trailers: [['Sum', '7']] },
    ],
  },
  {
    name: 'POST, twice, after 100 (Continue)',
    requests: [
      { method: 'POST', body: 'this may come', expectContinue: true },
      { method: 'POST', body: 'and this', expectContinue: true },
    ],
  },
  { name: 'POST over TLS', requests: [{ method: 'POST', body: 'a secret' }, {}], tls: true },
];

export const httpConversations: readonly Conversation[] = plans.map((plan) => ({
  name: plan.name,
  start: (isImpatient) => start(plan, isImpatient),
}));

async function start({ requests, pipelining = 1, tls = false }: Plan, isImpatient: boolean): Promise<Stage> {
  const patience = isImpatient ? PATIENCE : PATIENT;
  const wrongs: string[] = [];
  const posts = new Set<string>();
  const handlers: Promise<unknown>[] = [];

  /** Its target names the run, and which request of it this is. */
  const answer = async (request: HttpRequest) => {
    const { method, target } = request;
    const { text, sum } = said(requests[Number(target.split('/')[2])]!);
    if (method === 'POST' && posts.has(target)) wrongs.push(`POST ${target} came twice`);
    if (method === 'POST') posts.add(target);
    const content = await request.text();
    if (content !== text) wrongs.push(`the server read ${JSON.stringify(content)} in place of ${text}`);
    if ((request.trailers?.get('Sum') ?? undefined) !== sum) wrongs.push(`the trailer of ${target} is lost`);
    return { body: parts(`${target} `, content) };
  };
  const server = createServer(
    (request) => {
      const answered = answer(request);
      handlers.push(answered.catch(() => {})); // the connection broke, which its client is told
      return answered;
    },
    {
      ...(tls ? { tls: { key: KEY, cert: CERTIFICATE } } : {}),
      headTimeout: patience,
      requestTimeout: patience,
      idleTimeout: patience,
      stallTimeout: patience,
      onError() {},
    },
  );
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });

  let runs = 0;
  const hold = async (through: number): Promise<Result> => {
    const run = runs++;
    const seen: string[] = [];
    const client = new Client(`${tls ? 'https' : 'http'}://localhost:${through}`, {
      connections: 1,
      pipelining,
      connectTimeout: patience,
      continueTimeout: patience,
      responseTimeout: patience,
      contentTimeout: patience,
      socket: { family: 4 },
      ...(tls ? { tls: { ca: CERTIFICATE } } : {}),
    });
    const exchange = async (request: TargetOptions, index: number): Promise<boolean> => {
      const target = `/${run}/${index}`;
      try {
        const response = await client.request({ ...request, target });
        const text = await response.text();
        if (response.status !== 200) return false; // the server says what was missing
        if (text !== `${target} ${said(request).text}`) seen.push(`the client read ${JSON.stringify(text)}`);
        return true;
      } catch (error) {
        if (!(error instanceof HttpError)) seen.push(`the client threw ${String(error)}`);
        return false;
      }
    };
    try {
      const whole = await Promise.all(requests.map(exchange));
      return { isWhole: !whole.includes(false), wrongs: seen };
    } finally {
      client.destroy();
    }
  };

  const close = async (): Promise<readonly string[]> => {
    await server.close();
    await Promise.all(handlers);
    return wrongs;
  };
  return { port, hold, close };
}

/** What a request says. */
function said({ method, body, trailers }: TargetOptions): { text: string; sum: string | undefined } {
  if (method !== 'POST') return { text: '', sum: undefined };
  return typeof body === 'string'
    ? { text: body, sum: undefined }
    : { text: 'chunk one, two, and three', sum: trailers ? '7' : undefined };
}

async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

// A victim: an HTTP client of one implementation, between two servers. Its own port is asked by the bystander, and it asks
// the harmless server for the answer; while the attack lasts, it also asks the attacker, again and again.
import { type AddressInfo, createServer } from 'node:net';
import { Client, HttpError } from 'http-mini';
import { Agent, request as undiciRequest } from 'undici';
import { answerQuestions } from '../../measured.ts';

const [implementation, deadline, , attacker, harmless, count] = process.argv.slice(2) as string[];
const DEADLINE = Number(deadline);
const AT_ONCE = Number(count);

const ask = implementation === 'undici' ? undici() : mini();
const endings: Record<string, number> = {};
let isAttacked = false;

async function suffer(): Promise<void> {
  while (isAttacked) {
    const ending = await ask(`http://127.0.0.1:${attacker}/`).then(() => 'an answer', codeOf);
    if (isAttacked) endings[ending] = (endings[ending] ?? 0) + 1;
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as Error & { code?: string };
  return error instanceof HttpError ? error.code : (code ?? name);
}

function mini(): (url: string) => Promise<string> {
  const clients = new Map<string, Client>();
  const options = { responseTimeout: DEADLINE, contentTimeout: DEADLINE, connections: AT_ONCE };
  return async (url) => {
    const client = clients.get(url) ?? new Client(url, options);
    clients.set(url, client);
    return (await client.request()).text();
  };
}

function undici(): (url: string) => Promise<string> {
  const dispatcher = new Agent({ headersTimeout: DEADLINE, bodyTimeout: DEADLINE, connections: AT_ONCE });
  return async (url) => (await undiciRequest(url, { dispatcher })).body.text();
}

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', () =>
    ask(`http://127.0.0.1:${harmless}/`).then(
      (text) => socket.write(text),
      () => socket.destroy(),
    ),
  );
}).listen(0, '127.0.0.1', () =>
  answerQuestions({
    port: (server.address() as AddressInfo).port,
    connections: () => 0,
    counts: () => endings,
    asked(what) {
      isAttacked = what === 'begin';
      if (isAttacked) for (let i = 0; i < AT_ONCE; i++) void suffer();
    },
  }),
);

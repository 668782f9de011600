/**
 * http-mini's client with one thing wrong: it hears, says or tells something else than passes over the wire. What it hears
 * and says goes through a relay that rewrites it, so that a client which is lenient in one rule is one line of text: the
 * unsound bytes become the sound ones that such a client takes them for.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ClientOptions, RedirectOptions } from 'http-mini';
import type { HttpClientPeer, SeenResponse } from '../peers/http-peer.ts';
import type { ClientPlan } from '../probes/http-client/client-probe.ts';
import { httpMiniClient } from '../probes/http-client/http-mini-client.ts';

type Rewrite = readonly [pattern: RegExp, replacement: string | ((...groups: string[]) => string)];

export interface Distortion {
  /** What the server says, read by read, one character for each octet. */
  readonly hears?: readonly Rewrite[];
  /** What the client says, likewise. */
  readonly says?: readonly Rewrite[];
  /** What comes at the server's end, in whose place; given all that was heard on the connection. */
  readonly endsWith?: (heard: string) => string;
  /** What is held back until the client asks again, as if it were the answer to that. */
  readonly keeps?: RegExp;
  /** Does not notice that the server closes. */
  readonly deaf?: true;
  /** What it is told to ask. */
  readonly asks?: (plan: ClientPlan) => ClientPlan;
  /** What it tells. */
  readonly tells?: (response: SeenResponse) => SeenResponse;
  /** How often it asks at most, where it gets an error. */
  readonly tries?: number;
  readonly options?: ClientOptions & RedirectOptions;
}

/** A distortion, by its name and the id of the requirement that it breaks. */
export type DistortionRow = readonly [name: string, breaks: string, distortion: Distortion];

export function distortedClient(distortion: Distortion): HttpClientPeer {
  const { asks = (plan) => plan, tells = (response) => response, tries = 1, options } = distortion;
  const sound = httpMiniClient(options);
  return {
    ...sound,
    open(port, isPipelined) {
      const opened = startRelay(port, distortion).then((relay) => ({
        relay,
        session: sound.open((relay.server.address() as AddressInfo).port, isPipelined),
      }));
      return {
        async exchange(plan) {
          const { session } = await opened;
          for (let left = tries; ; left--) {
            try {
              return tells(await session.exchange(asks(plan as ClientPlan)));
            } catch (error) {
              if (left === 1) throw error;
            }
          }
        },
        async close() {
          const { relay, session } = await opened;
          await session.close();
          for (const socket of relay.sockets) socket.destroy();
          relay.server.close();
        },
      };
    },
  };
}

async function startRelay(
  port: number,
  distortion: Distortion,
): Promise<{ server: Server; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const options = { allowHalfOpen: true, noDelay: true };
  const server = createServer(options, (client) => {
    const upstream = connect({ ...options, port, host: '127.0.0.1' });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket)); // below, 'close' says it all
    }
    relay(client, upstream, distortion);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, sockets };
}

function relay(
  client: Socket,
  upstream: Socket,
  { hears = [], says = [], endsWith, keeps, deaf }: Distortion,
): void {
  let heard = '';
  let kept = '';
  upstream.on('data', (bytes) => {
    let text = rewritten(bytes, hears);
    const surplus = keeps?.exec(text)?.[0] ?? '';
    kept += surplus;
    if (surplus !== '') text = text.replace(surplus, '');
    heard += text;
    if (text !== '') client.write(text, 'latin1');
  });
  client.on('data', (bytes) => {
    const answer = kept;
    kept = '';
    if (answer !== '') client.write(answer, 'latin1');
    // A whole response answers the request, which then need not reach the server.
    if (!answer.includes('\r\n\r\n')) upstream.write(rewritten(bytes, says), 'latin1');
  });
  const isReset = (socket: Socket): boolean => !socket.readableEnded;
  const end = (): void => {
    if (deaf !== true && kept === '') client.end(endsWith?.(heard) ?? '', 'latin1');
  };
  upstream.on('end', end);
  upstream.on('close', () => {
    if (!isReset(upstream)) return;
    if (endsWith === undefined) client.resetAndDestroy();
    else end();
  });
  client.on('end', () => upstream.end());
  client.on('close', () => (isReset(client) ? upstream.resetAndDestroy() : upstream.end()));
}

function rewritten(bytes: Buffer, rewrites: readonly Rewrite[]): string {
  let text = bytes.toString('latin1');
  for (const [pattern, replacement] of rewrites) text = text.replace(pattern, replacement as string);
  return text;
}

/**
 * The properties of WebSocket: messages come back as they were sent, and a goodbye arrives with its code and reason,
 * between any client and any server, in any cut of the bytes.
 */
import fc from 'fast-check';
import type { DeflateAgreement } from 'ws-mini/wire';
import { anyPieces, type Pieces } from '../arbitraries/pieces.ts';
import { anyGoodbye, anyMessages, deflateParameters, type Message } from '../arbitraries/websocket.ts';
import { type CuttingProxy, startCuttingProxy } from '../peers/cutting-proxy.ts';
import type { WebSocketClientPeer, WebSocketEnd, WebSocketServerPeer } from '../peers/websocket-peer.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, property } from './property.ts';

export interface Echo {
  readonly messages: readonly Message[];
  /** What both sides wish for permessage-deflate; undefined: without it. */
  readonly deflate: DeflateAgreement | undefined;
  readonly up: Pieces;
  readonly down: Pieces;
}
const anyEcho: fc.Arbitrary<Echo> = fc.record({
  messages: anyMessages,
  deflate: fc.option(fc.constantFrom(...deflateParameters), { nil: undefined }),
  up: anyPieces,
  down: anyPieces,
});
const anyClosing = fc.record({ goodbye: anyGoodbye, up: anyPieces, down: anyPieces });

export function messagesComeBack(client: WebSocketClientPeer, server: WebSocketServerPeer): Property {
  const pair = `${client.name} → ${server.name}`;
  return property(8, 'messages come back as sent', pair, anyEcho, async () => ({
    check: async (echo) => void (await echoThrough(client, server, echo)),
  }));
}

/**
 * The client sends all of them at once; the server sends each back as it comes.
 *
 * @returns how many bytes each of them needed for that, handshake and all
 */
export async function echoThrough(
  client: WebSocketClientPeer,
  server: WebSocketServerPeer,
  { messages, deflate, up, down }: Echo,
): Promise<{ up: number; down: number }> {
  const echoing = (end: WebSocketEnd): void => {
    end.onMessage = (message) => end.send(message);
  };
  const { proxy, stop } = await startBehindProxy(server, echoing, deflate);
  try {
    const end = await openThrough(proxy, client, up, down, deflate);
    const received = await echoes(end, messages);
    messages.forEach((message, i) => {
      expectMessage(received[i]!, message);
    });
    const { latest } = proxy;
    const passed = { up: latest!.client.bytesRead, down: latest!.server.bytesRead };
    end.destroy();
    return passed;
  } finally {
    await stop();
  }
}

/** As many messages as were sent; fewer, where the connection closes before. */
function echoes(end: WebSocketEnd, messages: readonly Message[]): Promise<Message[]> {
  const received: Message[] = [];
  return new Promise((resolve, reject) => {
    end.onMessage = (message) => {
      if (received.push(message) === messages.length) resolve(received);
    };
    end.closed.then(({ code }) => {
      reject(new Error(`closed with ${code} after ${received.length} of ${messages.length} messages`));
    });
    for (const message of messages) end.send(message);
  });
}

function expectMessage(seen: Message, planned: Message): void {
  expectSame('type', typeof seen, typeof planned);
  if (typeof planned === 'string') expectSame('text', seen, planned);
  else expectSameBytes('message', seen as Uint8Array, planned);
}

/** Who hears the goodbye hears its code and reason, and who said it hears the code answered (RFC 6455 5.5.1). */
export function goodbyesArrive(client: WebSocketClientPeer, server: WebSocketServerPeer): Property {
  const pair = `${client.name} → ${server.name}`;
  return property(7, 'closing codes and reasons arrive', pair, anyClosing, async () => {
    let accept: (end: WebSocketEnd) => void = () => {};
    const { proxy, stop } = await startBehindProxy(server, (end) => accept(end));
    return {
      async check({ goodbye, up, down }) {
        const accepted = new Promise<WebSocketEnd>((resolve) => {
          accept = resolve;
        });
        const clientEnd = await openThrough(proxy, client, up, down);
        const serverEnd = await accepted;
        const [speaker, listener] =
          goodbye.from === 'client' ? [clientEnd, serverEnd] : [serverEnd, clientEnd];
        speaker.close(goodbye.code, goodbye.reason);
        const [heard, answered] = await Promise.all([listener.closed, speaker.closed]);
        const { code, reason } = goodbye;
        expectSame('the goodbye', { code: heard.code, reason: heard.reason }, { code, reason });
        expectSame('the code that is answered', answered.code, code);
      },
      stop,
    };
  });
}

export async function startBehindProxy(
  server: WebSocketServerPeer,
  accept: (end: WebSocketEnd) => void,
  deflate?: DeflateAgreement,
): Promise<{ proxy: CuttingProxy; stop: () => Promise<void> }> {
  const { port, close } = await server.start(accept, deflate);
  const proxy = await startCuttingProxy(port);
  const stop = async (): Promise<void> => {
    await proxy.close();
    await close();
  };
  return { proxy, stop };
}

export function openThrough(
  proxy: CuttingProxy,
  client: WebSocketClientPeer,
  up: Pieces,
  down: Pieces,
  deflate?: DeflateAgreement,
): Promise<WebSocketEnd> {
  proxy.cuts = { up, down };
  return client.open(`ws://127.0.0.1:${proxy.port}/`, deflate);
}

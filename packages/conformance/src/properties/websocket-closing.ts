/**
 * Law 9 between any client and any server: whatever both sides do, in any order and any cut of the bytes, both come to an
 * end, and what they then know agrees with a model that has one rule. Whoever has a Close in knows the code of the first
 * one (RFC 6455 7.1.5), which is the other's own if that was on its way before ours was there, and else ours come back.
 */
import { anyCloseScript, type CloseStep, type Side } from '../arbitraries/close-script.ts';
import type { Message } from '../arbitraries/websocket.ts';
import { type CuttingProxy, nextTurn } from '../peers/cutting-proxy.ts';
import type {
  Closed,
  WebSocketClientPeer,
  WebSocketEnd,
  WebSocketServerPeer,
} from '../peers/websocket-peer.ts';
import { expectSame } from './expect.ts';
import { type Property, property } from './property.ts';
import { openThrough, startBehindProxy } from './websocket.ts';

/** What the model knows of a side. */
class Model {
  readonly end: WebSocketEnd;
  /** Before its close, if that was called. */
  readonly sent: string[] = [];
  readonly received: Message[] = [];
  code: number | undefined;

  constructor(end: WebSocketEnd) {
    this.end = end;
    end.onMessage = (message) => this.received.push(message);
  }

  send(): void {
    const message = `message ${this.sent.length}`;
    if (this.code === undefined) this.sent.push(message);
    this.end.send(message);
  }

  close(code: number): void {
    this.code ??= code;
    this.end.close(code, '');
  }
}

export function closingsAgree(client: WebSocketClientPeer, server: WebSocketServerPeer): Property {
  const pair = `${client.name} → ${server.name}`;
  return property(9, 'both sides end, and agree on it', pair, anyCloseScript, async () => {
    let accept: (end: Model) => void = () => {};
    const { proxy, stop } = await startBehindProxy(server, (end) => accept(new Model(end)));
    return {
      async check({ steps, up, down }) {
        const accepted = new Promise<Model>((resolve) => {
          accept = resolve;
        });
        const models = {
          client: new Model(await openThrough(proxy, client, up, down)),
          server: await accepted,
        };
        for (const step of steps) await take(step, models, proxy);
        if (steps.every(isPeaceful)) {
          models.server.close(1000);
          await expectAgreement(models);
        } else await expectEnd(models, proxy);
      },
      stop,
    };
  });
}

function isPeaceful(step: CloseStep): boolean {
  return ['send', 'ping', 'close', 'wait'].includes(step.do);
}

async function take(step: CloseStep, models: Record<Side, Model>, proxy: CuttingProxy): Promise<void> {
  if (step.do === 'wait') {
    for (let i = 0; i < step.turns; i++) await nextTurn();
    return;
  }
  const model = models[step.side];
  const socket = proxy.latest![step.side];
  if (step.do === 'send') model.send();
  else if (step.do === 'ping') model.end.ping?.();
  else if (step.do === 'close') model.close(step.code);
  else if (step.do === 'destroy') model.end.destroy();
  else if (step.do === 'fin') socket.end();
  else if (socket.writable) socket.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
}

async function expectAgreement({ client, server }: Record<Side, Model>): Promise<void> {
  const [ofClient, ofServer] = await Promise.all([client.end.closed, server.end.closed]);
  expectCode('the code that the client has', ofClient, client, server);
  expectCode('the code that the server has', ofServer, server, client);
  // Each answers the Close that it has first: not both can have got their own back.
  const isCrossed = client.code !== undefined && server.code !== undefined && client.code !== server.code;
  if (isCrossed && ofClient.code === client.code)
    expectSame('the code of the server, which answered', ofServer.code, client.code);
  if (isCrossed && ofServer.code === server.code)
    expectSame('the code of the client, which answered', ofClient.code, server.code);
  expectMessages(client, server);
  expectMessages(server, client);
}

function expectCode(name: string, { code }: Closed, own: Model, other: Model): void {
  const possible = [other.code, own.code].filter((each) => each !== undefined);
  // Who never called close cannot have got an answer.
  const expected = own.code === undefined || !possible.includes(code) ? possible[0] : code;
  expectSame(name, code, expected);
}

function expectMessages({ sent }: Model, { received, code }: Model): void {
  // What comes after the own close may still be told (ws) or not (WHATWG).
  expectSame('messages', received, code === undefined ? sent : sent.slice(0, received.length));
}

/** After a cut, a FIN or garbage it may take a deadline of theirs until they end; here the proxy does not wait for it. */
async function expectEnd({ client, server }: Record<Side, Model>, proxy: CuttingProxy): Promise<void> {
  await nextTurn();
  proxy.latest!.client.destroy();
  proxy.latest!.server.destroy();
  for (const { code } of await Promise.all([client.end.closed, server.end.closed]))
    expectSame('a code', Number.isInteger(code) && code >= 1000 && code <= 4999, true);
}

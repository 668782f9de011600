// y-websocket: documents that several people write, in binary messages. Its server, a package of its own, is given connections of
// `ws`; its provider takes a class as the browser has it.

import { createServer } from 'node:http';
import { setupWSConnection } from '@y/websocket-server/utils';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebsocketProvider } from 'y-websocket';
import { Doc, type Text } from 'yjs';
import { listening, PAIRS, TITLE } from './pairs.ts';

/** Who is there, as the server tells. */
const presence = (provider: WebsocketProvider, wanted: readonly string[]): Promise<void> =>
  new Promise((resolve) => {
    const { awareness } = provider;
    const look = () => {
      const names = [...awareness.getStates().values()].map(({ name }) => name as string);
      if (names.sort().join() === wanted.join()) resolve();
    };
    awareness.on('change', look);
    look();
  });

const hasGrownTo = (length: number, text: Text): Promise<void> =>
  new Promise((resolve) => {
    const look = () => text.length >= length && resolve();
    text.observe(look);
    look();
  });

describe.each(PAIRS)(TITLE, ({ server, client, WebSocketServer, WebSocket }) => {
  test('two documents become one, and a third that joins late', async () => {
    const http = createServer().listen(0, '127.0.0.1');
    const sockets = new WebSocketServer({ noServer: true });
    // The lines of its own main file, which would listen on a port that is told beforehand.
    sockets.on('connection', setupWSConnection);
    http.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (made) => sockets.emit('connection', made, request)),
    );
    const url = `ws://127.0.0.1:${await listening(http)}`;
    const join = (name: string) => {
      const doc = new Doc();
      const options = { WebSocketPolyfill: WebSocket, disableBc: true }; // nothing by a BroadcastChannel
      const provider = new WebsocketProvider(url, `${server}-${client}`, doc, options);
      provider.awareness.setLocalStateField('name', name);
      onTestFinished(() => provider.destroy());
      return { text: doc.getText('text'), provider };
    };
    const [ann, bob] = [join('Ann'), join('Bob')];
    ann.text.insert(0, '안녕 ');
    bob.text.insert(0, 'x'.repeat(70_000));
    await Promise.all([hasGrownTo(70_003, ann.text), hasGrownTo(70_003, bob.text)]);
    expect(ann.text.toString()).toBe(bob.text.toString());
    ann.text.delete(0, 1000);
    const cem = join('Cem');
    await hasGrownTo(69_003, cem.text);
    expect(cem.text.toString()).toBe(ann.text.toString());
    await presence(cem.provider, ['Ann', 'Bob', 'Cem']);
    ann.provider.disconnect();
    await presence(cem.provider, ['Bob', 'Cem']);
  });
});

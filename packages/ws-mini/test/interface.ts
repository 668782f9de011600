// Compiled and never run: the types of WebSocket are those of the platform, be it Node's own or a browser's. `npm run
// typecheck` compiles it with @types/node alone, and with the DOM's types (`interface.tsconfig.json`).

import { CloseEvent, WebSocket, WebSocketError, WebSocketStream } from '../src/index.ts';

/** Code that was written for the platform's WebSocket takes ours. */
export const Constructor: typeof globalThis.WebSocket = WebSocket;
export const platforms: globalThis.WebSocket = new WebSocket('ws://localhost/', ['chat']);

const socket = new WebSocket('ws://localhost/', 'chat', { maxMessage: 1000 });
socket.addEventListener('message', (event) => {
  const data: string | ArrayBuffer | Blob = event.data;
  socket.send(data);
});
socket.addEventListener('close', ({ code, reason, wasClean }) => {
  const said: [number, string, boolean] = [code, reason, wasClean];
  return said;
});
socket.addEventListener('error', ({ error }) => {
  const rule: string = error.rule;
  return rule;
});
socket.addEventListener('open', function () {
  const text: string = this.url;
  return text;
});
// What EventTarget takes is taken as well.
socket.addEventListener('anything', { handleEvent: (event: Event) => event.type }, { once: true });
socket.onmessage = ({ data }) => socket.send(data);
socket.onclose = function (event) {
  const state: number = this.readyState;
  return [state, event.code];
};
socket.onerror = (event: Event) => event.type;
const handler: (event: MessageEvent) => void = ({ data }) => data;
socket.addEventListener('message', handler);
socket.removeEventListener('message', handler);
socket.binaryType = 'arraybuffer';
// @ts-expect-error: no BinaryType
socket.binaryType = 'nonsense';
// @ts-expect-error: read only
socket.url = 'ws://localhost/';
// @ts-expect-error: a message is needed
socket.send();

const stream = new WebSocketStream('ws://localhost/', {
  protocols: ['chat'],
  signal: AbortSignal.timeout(1),
});
export async function talk(): Promise<string | Uint8Array | undefined> {
  const { readable, writable } = await stream.opened;
  await writable.getWriter().write('text');
  await writable.abort(new WebSocketError('enough', { closeCode: 4000, reason: 'of this' }));
  const { closeCode, reason } = await stream.closed;
  stream.close({ closeCode, reason });
  return (await readable.getReader().read()).value;
}

export const event: Event = new CloseEvent('close', { code: 1000, wasClean: true });
// @ts-expect-error: a code of the table needs its message
new WebSocketError('aborted', {}, { status: 400 });

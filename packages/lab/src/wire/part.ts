/** The wire: bytes of a conversation, explained and replayed; and a WebSocket and a page that are there to be watched. */
import { type HttpRequest, type ServerEvent, switchProtocols } from 'http-mini';
import { WebSocketServer } from 'ws-mini';
import type { Part } from '../part.ts';
import { FOR_PAGES } from '../web.ts';
import { exchangeOf, TWO_LENGTHS } from './catalogue.ts';
import { bytesOf } from './recording.ts';
import { type RungReadings, readByRungs } from './rung-readings.ts';
import { stateOf, type WireState } from './state.ts';
import { WireView } from './view.tsx';
import { Watch } from './watch.ts';

const HELLO = { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' };

export function wire(): Part<WireState> {
  const watch = new Watch();
  // A server of its own, since only its connections are watched.
  const watched = new WebSocketServer({
    ...FOR_PAGES,
    observe: (observation, connection) => watch.sawSocket(observation, connection),
  });
  watched.on('connection', async (connection, { target }) => {
    watch.join(connection, new URLSearchParams(target.split('?')[1]).get('token'));
    for await (const message of connection) await connection.send(message);
  });
  const closing = new AbortController();
  let reading: Promise<RungReadings> | undefined;
  /** Once for all pages, when the first asks for it. */
  const readings = (): Promise<RungReadings> => {
    const bytes = bytesOf(exchangeOf(TWO_LENGTHS)!, 'client');
    reading ??= readByRungs(bytes, closing.signal).catch((error: Error) => {
      reading = undefined; // perhaps the next time
      return { failed: error.message };
    });
    return reading;
  };
  const upgrade = watched.handler(switchProtocols);
  return {
    path: 'wire',
    name: { en: 'The wire', ko: '바이트' },
    title: { en: 'The wire', ko: '바이트 하나하나' },
    summary: {
      en: 'What passes on a connection, byte by byte: the field, the clause, and why it is there. Change a byte, and see what the protocols make of it.',
      ko: '연결로 오가는 것을 바이트 하나하나 봅니다. 필드와 조항, 그리고 그 바이트가 있는 까닭이 나옵니다. 하나를 바꾸면 프로토콜이 어떻게 읽는지 바로 보입니다.',
    },
    async state(_language, query) {
      const state = stateOf(query);
      return state.exchange === TWO_LENGTHS ? { ...state, readings: await readings() } : state;
    },
    View: WireView,
    get(request: HttpRequest) {
      if (request.path === '/wire/echo') return upgrade(request);
      return request.path === '/wire/hello' ? { headers: HELLO, body: 'hello\n' } : undefined;
    },
    sockets: { live: (connection) => watch.accept(connection) },
    observe: (event: ServerEvent) => watch.sawHttp(event),
    async close() {
      closing.abort();
      await Promise.all([watched.close(1001), reading]);
    },
  };
}

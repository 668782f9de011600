/** The uses: a WebSocket server for each, the video's other way over HTTP, and what crosses the wire, told to the page. */
import { type HttpRequest, type HttpResponse, switchProtocols } from 'http-mini';
import { WebSocketServer } from 'ws-mini';
import { multipart } from '../../examples/video.ts';
import type { Part } from '../part.ts';
import { FOR_PAGES } from '../web.ts';
import { Crossings } from './crossing.ts';
import { isUse, servers, type UseName, uses } from './uses.ts';
import { type UsesState, UsesView } from './view.tsx';

/** Bytes that may wait for a page that reads too slowly; beyond this it misses messages. */
const MOST_PENDING = 128 * 1024;

export function whatItIsUsedFor(): Part<UsesState> {
  const crossings = new Crossings();
  const closing = new AbortController();
  const running = Object.entries(servers).map(([name, serve]) => {
    const server = new WebSocketServer({
      ...FOR_PAGES,
      maxQueued: MOST_PENDING,
      slowConsumer: 'drop',
      observe: (seen, connection) => crossings.saw(seen, connection),
    });
    server.on('connection', (connection, { target }) => crossings.name(connection, nameIn(target)));
    serve(server);
    return { name: name as UseName, server, answer: server.handler(switchProtocols) };
  });
  return {
    path: 'uses',
    name: { en: 'Uses', ko: '쓰임새' },
    title: { en: 'What it is used for', ko: '쓰임새' },
    summary: {
      en: 'Chat, ticker, video, game: what the note names, each on a server of a few lines, with all that crosses the wire while it runs.',
      ko: '채팅, 시세, 동영상, 게임. 노트에 나오는 쓰임새를 저마다 몇 줄짜리 서버로 실행하고, 그동안 오가는 바이트를 모두 보여 줍니다.',
    },
    state: (_language, query) => {
      const open = query.get('open');
      return { uses, ...(isUse(open) && { open }) };
    },
    View: UsesView,
    get(request: HttpRequest): HttpResponse | undefined | Promise<HttpResponse> {
      const name = request.path.replace('/uses/', '');
      if (name === 'video.multipart') {
        const asker = nameIn(request.target);
        const signal = AbortSignal.any([request.signal, closing.signal]);
        return multipart(signal, (part, size) => crossings.sawPart(asker, part, size));
      }
      return running.find((use) => use.name === name)?.answer(request);
    },
    sockets: { crossings: (connection, { target }) => crossings.ask(connection, nameIn(target)) },
    async close() {
      closing.abort(); // the response of the video has no other end
      await Promise.all(running.map(({ server }) => server.close(1001, 'the lab closes')));
    },
  };
}

/** What a page calls its WebSocket: `?name=…`, made by it at random. */
function nameIn(target: string): string {
  return new URLSearchParams(target.split('?')[1]).get('name') ?? '';
}

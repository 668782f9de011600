/** Where the idea of each rung lives in the package that comes after the last one, and which ideas no rung has. */
import type { Text, TrackName } from '../rung.ts';

export interface Last {
  /** Below `packages/`. */
  readonly package: string;
  /**
   * By rung: the files of `src/` that have its idea, each there or in `beyond` once. With a function, `file.ts #name`, a file
   * stands somewhere else too, and only that function is meant.
   */
  readonly homes: readonly (readonly string[])[];
  /** What no rung has. */
  readonly beyond: readonly { readonly idea: Text; readonly files: readonly string[] }[];
}

export const LAST: Readonly<Record<TrackName, Last>> = {
  tcp: {
    package: 'tcp-echo',
    homes: [
      ['server.ts'],
      ['framing.ts'],
      ['connection.ts'],
      ['lifecycle.ts', 'connection.ts end', 'server.ts close'],
    ],
    beyond: [
      {
        idea: {
          en: 'The client is the same connection, only opened otherwise: within a deadline, or until a signal says stop.',
          ko: '클라이언트도 같은 연결이며, 여는 방법만 다릅니다. 기한 안에, 또는 시그널이 멈추라고 할 때까지 엽니다.',
        },
        files: ['client.ts'],
      },
      {
        idea: {
          en: 'Every limit has a default, and every way to fail a code and somebody whose fault it is.',
          ko: '한도마다 기본값이 있고, 실패마다 코드와 누구의 잘못인지가 있습니다.',
        },
        files: ['limits.ts', 'errors.ts'],
      },
      { idea: { en: 'What is public.', ko: '공개하는 것.' }, files: ['index.ts'] },
    ],
  },
  http: {
    package: 'http-mini',
    homes: [
      ['wire/response.ts', 'wire/reasons.ts', 'wire/encoder.ts'],
      ['wire/section.ts', 'wire/input.ts', 'wire/date.ts'],
      ['wire/server-protocol.ts', 'wire/head.ts isPersistent'],
      ['wire/content.ts'],
      ['wire/lines.ts', 'wire/characters.ts', 'wire/errors.ts'],
      ['wire/target.ts', 'wire/head.ts', 'server/hosts.ts'],
      ['wire/chunked.ts', 'wire/message.ts'],
      ['wire/framing.ts'],
      ['wire/server-protocol.ts invite', 'server/request.ts'],
      ['server/options.ts', 'server/connection.ts', 'server/below-tls.ts reset'],
    ],
    beyond: [
      {
        idea: {
          en: 'A parser apart from any socket. Bytes in, events out, for requests and responses alike: explain, the tests and a browser use the same one.',
          ko: '소켓과 떨어진 파서. 바이트를 넣으면 이벤트가 나오며, 요청과 응답에 함께 씁니다. explain과 테스트, 브라우저도 같은 파서를 씁니다.',
        },
        files: ['wire/parser.ts', 'wire/fields.ts', 'wire/index.ts'],
      },
      {
        idea: {
          en: 'Streams. Content is pulled as it comes and sent as it is made, no faster than the other side reads, trailers and Upgrade included.',
          ko: '스트림. 본문은 오는 대로 꺼내고 만드는 대로 보내며, 상대가 읽는 것보다 빠르지 않습니다. 트레일러와 업그레이드도 있습니다.',
        },
        files: [
          'server/exchange.ts',
          'server/exchange.ts switchProtocols',
          'io/body.ts',
          'wire/chunked.ts ChunkedEncoder',
        ],
      },
      {
        idea: {
          en: 'One write a turn. What all answers of a turn of the event loop have to say leaves at once.',
          ko: '한 턴에 쓰기 한 번. 이벤트 루프 한 턴에 나온 응답은 모두 한꺼번에 나갑니다.',
        },
        files: ['io/writer.ts', 'wire/output.ts'],
      },
      {
        idea: {
          en: 'A server of many: one timer for all deadlines, TLS, a close that first answers what it has taken.',
          ko: '연결이 많은 서버. 타이머 하나로 모든 기한을 지키고, TLS를 쓰고, 받아들인 것까지 답하고 닫습니다.',
        },
        files: ['server/server.ts', 'server/below-tls.ts', 'wire/options.ts', 'io/callback.ts'],
      },
      {
        idea: {
          en: 'The client: the same rules seen from the other side, and what only it has to ask: which connection, and whether a request may be sent again.',
          ko: '클라이언트. 같은 규칙을 반대편에서 봅니다. 어느 연결을 쓸지, 요청을 다시 보내도 되는지는 클라이언트만 정합니다.',
        },
        files: [
          'wire/request.ts',
          'wire/client-protocol.ts',
          'client/client.ts',
          'client/pool.ts',
          'client/connection.ts',
          'client/exchange.ts',
          'client/response.ts',
          'client/redirect.ts',
          'client/origin.ts',
          'client/options.ts',
          'io/blame.ts',
        ],
      },
      {
        idea: {
          en: "The platform's words: a handler of Request and Response, as fast as our own.",
          ko: '플랫폼의 말. Request와 Response를 쓰는 핸들러이며, 우리 것만큼 빠릅니다.',
        },
        files: [
          'fetch.ts',
          'fetch/request.ts',
          'fetch/response.ts',
          'fetch/content.ts',
          'fetch/light.ts',
          'fetch/text.ts',
          'fetch/url.ts',
          'index.ts',
        ],
      },
    ],
  },
  ws: {
    package: 'ws-mini',
    homes: [
      ['wire/handshake.ts', 'wire/sha1.ts'],
      ['wire/frame.ts', 'wire/mask.ts'],
      ['wire/frame.ts #parseHeader', 'wire/frame.ts writeHeader'],
      ['wire/protocol.ts', 'connection/pings.ts'],
      ['wire/message.ts'],
      ['wire/errors.ts', 'wire/frame.ts #check'],
      ['server/negotiation.ts', 'server/refuse.ts', 'wire/extensions.ts'],
      ['wire/utf8.ts', 'wire/bytes.ts', 'wire/close.ts'],
    ],
    beyond: [
      {
        idea: {
          en: 'Compression: permessage-deflate (RFC 7692), agreed on in the handshake, a thread for what is large, and a limit for what comes out.',
          ko: '압축. permessage-deflate(RFC 7692)를 핸드셰이크에서 정하고, 큰 것은 스레드에서 풀며, 풀린 크기에도 한도가 있습니다.',
        },
        files: ['wire/deflate-params.ts', 'connection/deflate.ts', 'connection/inflate.ts'],
      },
      {
        idea: {
          en: 'Back-pressure both ways: what nobody has asked for waits, and then the socket waits.',
          ko: '양방향의 배압. 아무도 달라고 하지 않은 것은 기다리고, 다음에는 소켓이 기다립니다.',
        },
        files: [
          'connection/connection.ts',
          'connection/transport.ts',
          'connection/receiver.ts',
          'connection/inbox.ts',
          'connection/queue.ts',
          'connection/message-stream.ts',
        ],
      },
      {
        idea: {
          en: 'One write a turn, and a Pong that overtakes megabytes.',
          ko: '한 턴에 쓰기 한 번, 그리고 쌓인 메가바이트를 앞지르는 Pong.',
        },
        files: ['connection/sender.ts', 'connection/typed-parts.ts', 'wire/output.ts'],
      },
      {
        idea: {
          en: 'A server of many: its own port, or behind another server; heartbeats of all by one timer; watching without being in the way.',
          ko: '연결이 많은 서버. 자기 포트를 열거나 다른 서버 뒤에 서고, 타이머 하나로 모두의 하트비트를 맡고, 방해하지 않고 관찰합니다.',
        },
        files: [
          'server/server.ts',
          'server/handshakes.ts',
          'server/arrival.ts',
          'server/upgrades.ts',
          'server/untaken.ts',
          'server/options.ts',
          'connection/sweep.ts',
          'connection/observe.ts',
          'connection/options.ts',
          'connection/checks.ts',
        ],
      },
      {
        idea: {
          en: "The client: it masks, by keys that nobody can foresee, and checks the server's 101.",
          ko: '클라이언트. 아무도 예측할 수 없는 키로 마스크를 씌우고, 서버의 101을 확인합니다.',
        },
        files: ['client.ts', 'connection/mask-keys.ts', 'wire/url.ts', 'wire/index.ts', 'index.ts'],
      },
      {
        idea: {
          en: "The browser's `WebSocket` and `WebSocketStream`, to the letter.",
          ko: '브라우저의 `WebSocket`과 `WebSocketStream`을 글자 그대로.',
        },
        files: [
          'whatwg/websocket.ts',
          'whatwg/stream.ts',
          'whatwg/establish.ts',
          'whatwg/events.ts',
          'whatwg/handlers.ts',
          'whatwg/tasks.ts',
          'wire/web-idl.ts',
          'wire/close-info.ts',
        ],
      },
      {
        idea: {
          en: 'The names of the package `ws`, for programs that know those.',
          ko: '`ws` 패키지의 이름으로. 그 이름으로 쓴 프로그램을 위한 것입니다.',
        },
        files: ['ws.ts', 'ws/websocket.ts', 'ws/terms.ts', 'ws/listeners.ts'],
      },
      {
        idea: {
          en: 'Fast paths, each behind a plain function that does the same.',
          ko: '빠른 길. 저마다 똑같은 일을 하는 평범한 함수 뒤에 있습니다.',
        },
        files: ['wire/mask-words.ts', 'wire/utf16.ts', 'wire/utf8-whole.ts', 'whatwg/message-event.ts'],
      },
    ],
  },
};

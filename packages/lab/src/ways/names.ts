/** The seven ways by name, and in a sentence each. This file runs in a browser too. */
import type { Text } from '../text.ts';

export type WayKey =
  | 'tcp'
  | 'udp'
  | 'httpClose'
  | 'httpKeepAlive'
  | 'longPoll'
  | 'serverSentEvents'
  | 'webSocket';

export interface WayName {
  readonly name: Text;
  /** For a narrow column: eight letters at most, or four of Korean. */
  readonly short: Text;
  /** What is done. */
  readonly how: Text;
  /** Whether the server sends each update unasked, once it has been told to. */
  readonly isPush: boolean;
}

export const WAYS: { readonly [key in WayKey]: WayName } = {
  tcp: {
    isPush: true,
    name: { en: 'TCP push', ko: 'TCP 푸시' },
    short: { en: 'TCP', ko: 'TCP' },
    how: {
      en: 'One connection; the server writes each update as a line when it is made. Nobody asks.',
      ko: '연결 하나로, 서버가 업데이트를 만들 때마다 한 줄씩 씁니다. 클라이언트는 묻지 않습니다.',
    },
  },
  udp: {
    isPush: true,
    name: { en: 'UDP push', ko: 'UDP 푸시' },
    short: { en: 'UDP', ko: 'UDP' },
    how: {
      en: 'No connection: the client says once a second that it is there, and the server sends it each update as a datagram. What is lost is not sent again.',
      ko: '연결이 없습니다. 클라이언트가 1초에 한 번 자기가 있음을 알리면 서버가 업데이트마다 데이터그램 하나를 보냅니다. 잃은 것은 다시 보내지 않습니다.',
    },
  },
  httpClose: {
    isPush: false,
    name: { en: 'HTTP, closed', ko: 'HTTP, 매번 닫음' },
    short: { en: 'closed', ko: '닫음' },
    how: {
      en: 'The client asks, the server answers and closes; to ask again, it connects again. HTTP/1.0’s way.',
      ko: '클라이언트가 묻고 서버가 답한 뒤 연결을 닫습니다. 다시 물으려면 다시 연결합니다. HTTP/1.0의 방식입니다.',
    },
  },
  httpKeepAlive: {
    isPush: false,
    name: { en: 'HTTP, kept', ko: 'HTTP, 유지' },
    short: { en: 'kept', ko: '유지' },
    how: {
      en: 'The client asks again and again on one connection, as HTTP/1.1 does unless told otherwise.',
      ko: '연결 하나에서 거듭 묻습니다. HTTP/1.1은 따로 정하지 않으면 이렇게 합니다.',
    },
  },
  longPoll: {
    isPush: false,
    name: { en: 'long poll', ko: '롱 폴링' },
    short: { en: 'long', ko: '롱폴' },
    how: {
      en: 'The client asks for what comes next, and the server answers when it has come (RFC 6202). Then the client asks again at once.',
      ko: '클라이언트가 다음 업데이트를 물어 두면 서버는 업데이트가 생겼을 때 답합니다(RFC 6202). 클라이언트는 곧바로 다시 묻습니다.',
    },
  },
  serverSentEvents: {
    isPush: true,
    name: { en: 'server-sent events', ko: 'SSE' },
    short: { en: 'SSE', ko: 'SSE' },
    how: {
      en: 'The client asks once, and the answer does not end: each update is an event in it (EventSource, in the HTML standard).',
      ko: '한 번 물으면 응답이 끝나지 않고, 업데이트가 그 안에 이벤트로 하나씩 옵니다(HTML 표준의 EventSource).',
    },
  },
  webSocket: {
    isPush: true,
    name: { en: 'WebSocket', ko: 'WebSocket' },
    short: { en: 'WS', ko: 'WS' },
    how: {
      en: 'One HTTP request turns the connection into a WebSocket; then the server sends each update as a message.',
      ko: 'HTTP 요청 하나로 연결을 WebSocket으로 바꾼 뒤, 서버가 업데이트마다 메시지 하나를 보냅니다.',
    },
  },
};

export const WAY_KEYS = Object.keys(WAYS) as WayKey[];

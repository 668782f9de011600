/** The ways by name, and one sentence each: what is done. In the order in which they are shown. */
import type { Text } from '../text.ts';

export type WayKey = 'tcp' | 'httpClose' | 'httpKeepAlive' | 'webSocket';

export const WAYS: Readonly<Record<WayKey, { readonly name: Text; readonly how: Text }>> = {
  tcp: {
    name: { en: 'TCP push', ko: 'TCP 푸시' },
    how: {
      en: 'One connection; the server writes each update as a line when it is made. Nobody asks.',
      ko: '연결 하나. 업데이트가 생길 때마다 서버가 한 줄로 씁니다. 아무도 묻지 않습니다.',
    },
  },
  httpClose: {
    name: { en: 'HTTP, closed', ko: 'HTTP, 닫음' },
    how: {
      en: 'The client asks, the server answers and closes; to ask again, it connects again. HTTP/1.0’s way.',
      ko: '클라이언트가 묻고, 서버가 답하고 닫습니다. 다시 물으려면 다시 연결합니다. HTTP/1.0의 방식입니다.',
    },
  },
  httpKeepAlive: {
    name: { en: 'HTTP, kept', ko: 'HTTP, 유지' },
    how: {
      en: 'The client asks again and again on one connection, as HTTP/1.1 does unless told otherwise.',
      ko: '클라이언트가 연결 하나에서 되풀이해 묻습니다. HTTP/1.1은 따로 정하지 않으면 이렇게 합니다.',
    },
  },
  webSocket: {
    name: { en: 'WebSocket', ko: 'WebSocket' },
    how: {
      en: 'One HTTP request turns the connection into a WebSocket; then the server sends each update as a message.',
      ko: 'HTTP 요청 하나가 연결을 WebSocket으로 바꿉니다. 그 뒤로는 서버가 업데이트마다 메시지를 보냅니다.',
    },
  },
};

export const WAY_KEYS: readonly WayKey[] = Object.keys(WAYS) as WayKey[];

/** What the note says that WebSocket is used for, each as a server of a few lines in `examples/`. */
import type { WebSocketServer } from 'ws-mini';
import { chat } from '../../examples/chat.ts';
import { game } from '../../examples/game.ts';
import { ticker } from '../../examples/ticker.ts';
import { video } from '../../examples/video.ts';
import type { Text } from '../text.ts';

export type UseName = 'chat' | 'ticker' | 'video' | 'game';

export interface Use {
  readonly name: UseName;
  readonly title: Text;
  /** What to look for. */
  readonly summary: Text;
}

/** What runs on the server. */
export const servers: Readonly<Record<UseName, (server: WebSocketServer) => void>> = {
  chat,
  ticker,
  video,
  game,
};

export const uses: readonly Use[] = [
  {
    name: 'chat',
    title: { en: 'Chat', ko: '채팅' },
    summary: {
      en: 'Open it in two tabs and write in one: the other has the line at once, and never asked for it.',
      ko: '탭 두 개에서 열고 한쪽에 써 보십시오. 다른 쪽은 요청한 적이 없는데도 곧바로 그 줄을 받습니다.',
    },
  },
  {
    name: 'ticker',
    title: { en: 'A ticker', ko: '시세' },
    summary: {
      en: 'Four prices a second. Look at the direction of what crosses: after the opening handshake this page says nothing any more.',
      ko: '가격이 1초에 네 번 옵니다. 오가는 방향을 보십시오. 오프닝 핸드셰이크 뒤로 이 페이지는 아무것도 보내지 않습니다.',
    },
  },
  {
    name: 'video',
    title: { en: 'Video', ko: '동영상' },
    summary: {
      en: 'The same drawn picture twice: first each one is a WebSocket message, then each is a part of one HTTP response that does not end (multipart/x-mixed-replace). For one direction HTTP is enough; real video is mostly HTTP in segments (RFC 8216) or WebRTC.',
      ko: '같은 그림을 두 가지 방법으로 보냅니다. 하나는 그림을 WebSocket 메시지 하나씩에, 다른 하나는 끝나지 않는 HTTP 응답 하나의 파트에 담습니다(multipart/x-mixed-replace). 한 방향으로만 보낸다면 HTTP로 충분합니다. 실제 동영상은 대개 HTTP로 보내는 세그먼트(RFC 8216)나 WebRTC를 씁니다.',
    },
  },
  {
    name: 'game',
    title: { en: 'A game for two', ko: '둘이 하는 게임' },
    summary: {
      en: 'Open it in two tabs; arrow keys, or the slider, move your paddle. The server has the ball and tells all thirty times a second, while both players speak whenever they like: this is what needs both directions.',
      ko: '탭 두 개에서 열고 화살표 키나 슬라이더로 라켓을 움직입니다. 공은 서버에 있고, 서버가 그 위치를 1초에 서른 번 모두에게 알립니다. 그사이 두 사람도 언제든 보냅니다. 두 방향이 모두 필요한 경우입니다.',
    },
  },
];

export function isUse(name: string | null | undefined): name is UseName {
  return uses.some((use) => use.name === name);
}

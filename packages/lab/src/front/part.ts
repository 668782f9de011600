/** The front page: what the lab is, the ticker live, and the parts as a table of contents. */

import { examples } from '../examples.ts';
import type { Part, Services } from '../part.ts';
import { push } from '../ways/web-ticker.ts';
import { type FrontState, FrontView } from './view.tsx';

/** @param parts those of the table of contents */
export function front(services: Services, parts: readonly Part[]): Part<FrontState> {
  return {
    path: '',
    name: { en: 'Contents', ko: '차례' },
    title: { en: 'HTTP, WebSocket and plain sockets', ko: 'HTTP, WebSocket, 소켓' },
    summary: {
      en: 'A study note compares the three in a few pages. This lab puts its sentences to the test, one by one, on implementations written from scratch on the sockets of Node. Whatever is shown here was sent and counted on this machine, when you asked for it.',
      ko: '셋을 비교한 짧은 학습 노트가 있습니다. 이 lab은 그 문장들을 Node의 소켓 위에 처음부터 작성한 구현으로 하나씩 실험합니다. 여기 보이는 값은 모두 요청한 그때 이 컴퓨터에서 주고받으며 센 것입니다.',
    },
    state: (language) => ({
      update: services.ticker.update,
      examples: examples(services, language),
      parts: parts.map(({ path, title, summary }) => ({ path, title, summary })),
    }),
    View: FrontView,
    sockets: { live: (connection) => push(services.ticker, connection) },
  };
}

/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The page of the uses: the list of them, or the one that is open, with what crosses the wire below it.
 */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ViewProps } from '../part.ts';
import type { Language, Text } from '../text.ts';
import { Chat } from './chat.tsx';
import { CrossingList } from './crossing-list.tsx';
import { Game } from './game.tsx';
import { Prices } from './prices.tsx';
import type { Use, UseName } from './uses.ts';
import { Video } from './video.tsx';

export interface UsesState {
  readonly uses: readonly Use[];
  /** The one that is shown; else all are listed. */
  readonly open?: UseName;
}

/** @param path of its WebSocket */
type UseView = (props: { path: string; language: Language }) => VNode;

const VIEWS: Readonly<Record<UseName, UseView>> = { chat: Chat, ticker: Prices, video: Video, game: Game };

const WORDS = {
  open: { en: 'open it', ko: '열기' },
  again: { en: 'Open it in a second tab', ko: '두 번째 탭에서 열기' },
  all: { en: 'All four', ko: '네 가지 모두' },
  server: { en: 'the server', ko: '서버' },
  needs: { en: 'This needs JavaScript.', ko: 'JavaScript가 필요합니다.' },
} satisfies Record<string, Text>;

export function UsesView({ state, language }: ViewProps<UsesState>): VNode {
  const open = state.uses.find(({ name }) => name === state.open);
  return open ? <OneUse use={open} language={language} /> : <AllUses uses={state.uses} language={language} />;
}

function AllUses({ uses, language }: { uses: readonly Use[]; language: Language }): VNode {
  return (
    <ol class="contents">
      {uses.map(({ name, title, summary }) => (
        <li key={name}>
          <a href={`?open=${name}`}>{title[language]}</a>
          <p>
            {summary[language]} ({WORDS.server[language]}: <code>packages/lab/examples/{name}.ts</code>)
          </p>
        </li>
      ))}
    </ol>
  );
}

function OneUse({ use, language }: { use: Use; language: Language }): VNode {
  const View = VIEWS[use.name];
  // Made where the WebSocket is: the server renders the page without one.
  const name = useMemo(() => crypto.getRandomValues(new Uint32Array(4)).join('-'), []);
  return (
    <>
      <h2>{use.title[language]}</h2>
      <p>{use.summary[language]}</p>
      <p class="bar">
        <a href={`?open=${use.name}`} target="_blank" rel="noopener">
          {WORDS.again[language]}
        </a>
        <a href="?">{WORDS.all[language]}</a>
      </p>
      <noscript>{WORDS.needs[language]}</noscript>
      <View path={`/uses/${use.name}?name=${name}`} language={language} />
      <CrossingList path={`/uses/crossings?name=${name}`} language={language} />
    </>
  );
}

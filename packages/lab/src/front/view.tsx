/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The front page's view.
 */
import { Fragment, type VNode } from 'preact';
import type { Example } from '../examples.ts';
import { TickerFigure } from '../page/ticker-figure.tsx';
import type { Part, ViewProps } from '../part.ts';
import type { Update } from '../ticker.ts';

export interface FrontState {
  readonly update: Update;
  readonly examples: readonly Example[];
  readonly parts: readonly Pick<Part, 'path' | 'title' | 'summary'>[];
}

const WORDS = {
  contents: { en: 'Contents', ko: '차례' },
  terminal: { en: 'From a terminal', ko: '터미널에서' },
  without: {
    en: 'Without JavaScript the pages can be read, and nothing on them moves.',
    ko: 'JavaScript가 없어도 읽을 수 있지만, 움직이는 것은 없습니다.',
  },
};

export function FrontView({ state, language }: ViewProps<FrontState>): VNode {
  return (
    <>
      <TickerFigure first={state.update} language={language} />
      <h2>{WORDS.contents[language]}</h2>
      <ol class="contents">
        {state.parts.map(({ path, title, summary }) => (
          <li key={path}>
            <a href={`/${language}/${path}`}>{title[language]}</a>
            <p>{summary[language]}</p>
          </li>
        ))}
      </ol>
      <h2>{WORDS.terminal[language]}</h2>
      <dl class="examples">
        {state.examples.map(({ name, example }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{example}</code>
            </dd>
          </Fragment>
        ))}
      </dl>
      <noscript>{WORDS.without[language]}</noscript>
    </>
  );
}

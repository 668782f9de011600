/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The live ticker: every message of its WebSocket is an update, and a line shows the last prices.
 */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { Language } from '../text.ts';
import type { Update } from '../ticker.ts';
import { whole } from './format.ts';
import { LiveNotice, useLive } from './live.tsx';

const WORDS = {
  figure: { en: 'Figure 1.', ko: '그림 1.' },
  caption: {
    en: (count: VNode) => (
      <>
        A ticker, live over a WebSocket. Since this page was opened, {count} messages have come over one
        connection, and it asked for none of them.
      </>
    ),
    ko: (count: VNode) => (
      <>
        WebSocket으로 오는 시세입니다. 이 페이지를 연 뒤로 메시지 {count}개가 연결 하나로 왔고, 페이지는 한
        번도 요청하지 않았습니다.
      </>
    ),
  },
  prices: { en: 'The last prices', ko: '최근 가격' },
};

/** How many prices the line has. */
const SHOWN = 200;

/** @param first the latest update when the page was rendered */
export function TickerFigure({ first, language }: { first: Update; language: Language }): VNode {
  const prices = useSignal<readonly number[]>([]);
  const count = useSignal(0);
  const live = useLive<Update>('/live', ({ price }) => {
    prices.value = [...prices.value, price].slice(-SHOWN);
    count.value++;
  });
  const price = prices.value.at(-1) ?? first.price;
  return (
    <figure>
      <PriceLine price={price} prices={prices.value} language={language} />
      <figcaption>
        <b>{WORDS.figure[language]}</b>{' '}
        {WORDS.caption[language](<data value={count.value}>{whole(count.value)}</data>)}{' '}
        <LiveNotice live={live} language={language} />
      </figcaption>
    </figure>
  );
}

export interface PriceLineProps {
  /** A dash if there is none yet. */
  readonly price: number | undefined;
  /** At most 200 are shown. */
  readonly prices: readonly number[];
  readonly language: Language;
}

export function PriceLine({ price, prices, language }: PriceLineProps): VNode {
  return (
    <div class="ticker">
      <output aria-live="off">{price?.toFixed(2) ?? '–'}</output>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={WORDS.prices[language]}>
        <polyline points={lineOf(prices)} />
      </svg>
    </div>
  );
}

/** Points of the polyline in a square of 100: the newest at the right, the lowest near the bottom. */
function lineOf(prices: readonly number[]): string {
  const low = Math.min(...prices);
  const span = Math.max(...prices) - low || 1;
  return prices
    .map((price, i) => {
      const x = (100 * (i + SHOWN - prices.length)) / (SHOWN - 1);
      return `${x.toFixed(1)},${(95 - (90 * (price - low)) / span).toFixed(1)}`;
    })
    .join(' ');
}

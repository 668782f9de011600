/** @jsxRuntime automatic @jsxImportSource preact */
/** The ticker's view: the price, and a line of those before it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { LiveNotice, useLiveData } from '../page/live.tsx';
import { PriceLine } from '../page/ticker-figure.tsx';
import type { Language } from '../text.ts';

/** Prices that are kept. */
const KEPT = 200;

export function Prices({ path, language }: { path: string; language: Language }): VNode {
  const prices = useSignal<readonly number[]>([]);
  const live = useLiveData(path, (data) => {
    prices.value = [...prices.value, Number(data)].slice(-KEPT);
  });
  return (
    <figure>
      <PriceLine price={prices.value.at(-1)} prices={prices.value} language={language} />
      <LiveNotice live={live} language={language} />
    </figure>
  );
}

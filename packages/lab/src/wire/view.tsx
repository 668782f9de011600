/** @jsxRuntime automatic @jsxImportSource preact */
/** The wire's page: the catalogue, the conversation that lies open, and what can be done with its bytes. */
import { useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { ViewProps } from '../part.ts';
import type { Language } from '../text.ts';
import { CATALOGUE, TWO_LENGTHS } from './catalogue.ts';
import { Chosen } from './chosen.tsx';
import { Conversation, Cuts } from './conversation.tsx';
import { Desk, SHOWN } from './desk.ts';
import { FieldList } from './field-list.tsx';
import { LiveBytes } from './live-bytes.tsx';
import { Outcomes } from './outcomes.tsx';
import { PasteForm } from './own-bytes.tsx';
import { RungTable } from './rung-table.tsx';
import type { WireState } from './state.ts';
import { Try } from './try/try.tsx';

const WORDS = {
  catalogue: { en: 'The catalogue', ko: '목록' },
  own: { en: 'Bytes of your own', ko: '내 바이트' },
  readOwn: { en: 'Or read bytes of your own', ko: '또는 내 바이트 읽기' },
  origins: {
    link: { en: 'The bytes of the link', ko: '링크의 바이트' },
    paste: { en: 'The bytes that you pasted', ko: '붙여 넣은 바이트' },
    live: { en: 'A connection of this page', ko: '이 페이지의 연결' },
  },
  changed: { en: 'Changed.', ko: '바뀌었습니다.' },
  reset: { en: 'Undo all changes', ko: '모두 되돌리기' },
  link: { en: 'Link to these bytes', ko: '이 바이트의 링크' },
  keys: {
    en: 'On a byte, two hexadecimal digits overwrite it; Delete and Insert do what they say; Escape leads back to it.',
    ko: '고른 바이트에서 16진수 두 자리를 치면 바뀝니다. Delete로 지우고 Insert로 넣으며, Escape를 누르면 그 바이트로 돌아옵니다.',
  },
  unscripted: {
    en: 'Without JavaScript the bytes can be read, and nothing can be changed.',
    ko: 'JavaScript가 없으면 읽을 수는 있지만 바꿀 수는 없습니다.',
  },
  outcomes: { en: 'What each side makes of it', ko: '양쪽이 읽은 결과' },
  same: {
    en: 'Read here and now by the protocols of http-mini and ws-mini. However the bytes are cut, the events are the same; only when each is known depends on it.',
    ko: 'http-mini와 ws-mini의 와이어 코어가 이 페이지에서 바로 읽은 결과입니다. 바이트를 어떻게 자르든 이벤트는 같습니다. 달라지는 것은 언제 알게 되는지뿐입니다.',
  },
  fields: { en: 'Field by field', ko: '필드 하나하나' },
  try: { en: 'Try it', ko: '해 보기' },
  paste: { en: 'Paste', ko: '붙여 넣기' },
  live: { en: 'Live', ko: '실시간' },
};

export function WireView({ state, language }: ViewProps<WireState>): VNode {
  const desk = useMemo(() => new Desk(state), [state]);
  useAddress(desk);
  const { fault, readings } = state;
  const isAsRead = desk.exchange.value?.id === TWO_LENGTHS && !desk.isChanged.value;
  return (
    <>
      {fault !== undefined && (
        <p class="notice" role="alert">
          {fault.says[language]}
        </p>
      )}
      <Catalogue current={desk.exchange.value?.id} language={language} />
      <About desk={desk} language={language} />
      <Cuts desk={desk} language={language} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the bytes in it */}
      <div class="desk" onKeyDown={(event) => editByKey(desk, event)}>
        <div class="passages">
          <Conversation desk={desk} language={language} />
          <p class="soft keys">
            <small>{WORDS.keys[language]}</small>
          </p>
          <noscript>{WORDS.unscripted[language]}</noscript>
        </div>
        <Chosen desk={desk} language={language} />
      </div>
      {readings !== undefined && isAsRead && (
        <RungTable desk={desk} readings={readings} language={language} />
      )}
      {!desk.isUdp.value && (
        <>
          <h2 id="outcomes">{WORDS.outcomes[language]}</h2>
          <p class="soft">{WORDS.same[language]}</p>
          <Outcomes desk={desk} language={language} />
        </>
      )}
      <h2 id="own">{WORDS.own[language]}</h2>
      <h3>{WORDS.paste[language]}</h3>
      <PasteForm desk={desk} language={language} />
      <h3>{WORDS.live[language]}</h3>
      <LiveBytes desk={desk} language={language} />
      <h2 id="try">{WORDS.try[language]}</h2>
      <Try language={language} />
      {!desk.isUdp.value && (
        <>
          <h2 id="fields">{WORDS.fields[language]}</h2>
          <FieldList desk={desk} language={language} />
        </>
      )}
    </>
  );
}

/** On a byte, as in an editor of bytes: a digit begins to overwrite it, Delete and Insert do what they say, Escape leads back. */
function editByKey(desk: Desk, event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const place = desk.chosen.value;
  const target = event.target as HTMLElement;
  if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && target.closest('.chosen') !== null)
    document.getElementById(`${place.from}/${place.offset}`)?.focus();
  if (target.dataset['at'] === undefined) return;
  if (/^[0-9a-f]$/i.test(event.key)) {
    const input = event.currentTarget.querySelector<HTMLInputElement>('input[name=hex]')!;
    input.focus();
    input.value = event.key;
  } else if (event.key === 'Delete') desk.edit(place, 1, new Uint8Array(0));
  else if (event.key === 'Insert') desk.edit(place, 0, Uint8Array.of(0));
  else return;
  event.preventDefault();
}

function Catalogue({ current, language }: { current: string | undefined; language: Language }): VNode {
  return (
    <nav class="catalogue" aria-label={WORDS.catalogue[language]}>
      <ol>
        {CATALOGUE.map(({ id, title }) => (
          <li key={id}>
            <a href={`?exchange=${id}`} aria-current={id === current ? 'page' : undefined}>
              {title[language]}
            </a>
          </li>
        ))}
      </ol>
      <p>
        <a href="#own">{WORDS.readOwn[language]}</a>
      </p>
    </nav>
  );
}

function About({ desk, language }: { desk: Desk; language: Language }): VNode {
  const origin = desk.origin.value;
  const exchange = desk.exchange.value;
  const link = desk.link.value;
  return (
    <section class="about">
      <h2 id={SHOWN} tabIndex={-1}>
        {(exchange?.title ?? WORDS.origins[origin as 'link' | 'paste' | 'live'])[language]}
      </h2>
      {desk.readAs.value !== undefined && <p class="soft">{desk.readAs.value[language]}</p>}
      {exchange !== undefined && <p>{exchange.about[language]}</p>}
      <p class="bar">
        {'query' in link ? (
          <a href={`?${link.query}`}>{WORDS.link[language]}</a>
        ) : (
          <span>{link.fault.says[language]}</span>
        )}
        {desk.isChanged.value && (
          <>
            <span role="status">{WORDS.changed[language]}</span>
            <button type="button" onClick={() => desk.reset()}>
              {WORDS.reset[language]}
            </button>
          </>
        )}
      </p>
    </section>
  );
}

/** Keeps the address to what is shown: it can be copied, and loaded again. */
function useAddress(desk: Desk): void {
  useEffect(() => {
    const follow = () => {
      const [, from, offset] = /^#(client|server)\/(\d+)$/.exec(location.hash) ?? [];
      if (from !== undefined) desk.choose({ from: from as 'client' | 'server', offset: Number(offset) });
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [desk]);
  useSignalEffect(() => {
    const link = desk.link.value;
    const place = desk.chosen.value;
    const query = 'query' in link ? `?${link.query}` : location.search;
    const hash = place === undefined ? location.hash : `#${place.from}/${place.offset}`;
    if (desk.isChanged.value || place !== undefined) history.replaceState(null, '', `${query}${hash}`);
  });
}

/** @jsxRuntime automatic @jsxImportSource preact */
/** The bytes of this page's own connections, as the lab's server sees them, as they come. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { LiveNotice, useLive } from '../page/live.tsx';
import type { Language } from '../text.ts';
import { type Desk, SHOWN } from './desk.ts';
import type { Passage } from './recording.ts';
import { passageOf } from './state.ts';
import type { WatchMessage } from './watch.ts';
import { bytesIn } from './words.ts';

const WORDS = {
  about: {
    en: 'Your browser connects to the lab, and the bytes of that connection are shown above as they pass. They include what the browser says of itself, such as cookies; so would a link to them.',
    ko: '브라우저가 lab에 연결하고, 그 연결로 오가는 바이트를 위에 보여 줍니다. 쿠키처럼 브라우저가 자신에 대해 밝히는 정보도 들어 있으며, 링크를 만들면 그 정보도 담깁니다.',
  },
  get: { en: 'Send a GET', ko: 'GET 보내기' },
  open: { en: 'Open a WebSocket', ko: 'WebSocket 열기' },
  message: { en: 'Message', ko: '메시지' },
  send: { en: 'Send', ko: '보내기' },
  close: { en: 'Close it', ko: '닫기' },
  see: { en: 'To its bytes, above', ko: '위의 바이트로' },
  connection: { en: 'Connection', ko: '연결' },
  full: {
    en: 'That is all that is shown of one visit; load the page again to go on.',
    ko: '한 번에 보여 주는 양이 찼습니다. 이어서 보려면 페이지를 다시 불러오십시오.',
  },
};

export function LiveBytes({ desk, language }: { desk: Desk; language: Language }): VNode {
  const connections = useSignal<ReadonlyMap<string, readonly Passage[]>>(new Map());
  const shown = useSignal<string | undefined>(undefined);
  const token = useSignal<string | undefined>(undefined);
  const isFull = useSignal(false);
  const socket = useSignal<WebSocket | undefined>(undefined);
  const message = useRef<HTMLInputElement>(null);
  const show = (connection: string) => {
    shown.value = connection;
    desk.open({ begins: 'http', passages: connections.value.get(connection)! }, 'live');
  };
  const live = useLive<WatchMessage>('/wire/live', (told) => {
    if (told.type === 'token') token.value = told.token;
    else if (told.type === 'full') isFull.value = true;
    else {
      const passages = [...(connections.value.get(told.connection) ?? []), passageOf(told.passage)];
      connections.value = new Map(connections.value).set(told.connection, passages);
      show(told.connection);
    }
  });
  useEffect(() => () => socket.value?.close(), [socket]);
  const open = () => {
    const { host } = location;
    const opened = new WebSocket(`ws://${host}/wire/echo?token=${token.value}`);
    opened.onclose = () => {
      if (socket.value === opened) socket.value = undefined;
    };
    socket.value = opened;
  };
  const send = (event: Event) => {
    event.preventDefault();
    if (socket.value?.readyState === WebSocket.OPEN) socket.value.send(message.current!.value);
  };
  const isReady = token.value !== undefined && live.status.value === 'open' && !isFull.value;
  return (
    <div class="live">
      <p>{WORDS.about[language]}</p>
      <form class="bar" onSubmit={send}>
        <button type="button" disabled={!isReady} onClick={() => fetch(`/wire/hello?token=${token.value}`)}>
          {WORDS.get[language]}
        </button>
        <button type="button" disabled={!isReady || socket.value !== undefined} onClick={open}>
          {WORDS.open[language]}
        </button>
        <label>
          {WORDS.message[language]}{' '}
          <input ref={message} name="message" value="안녕" size={8} autocomplete="off" />
        </label>
        <button type="submit" disabled={socket.value === undefined}>
          {WORDS.send[language]}
        </button>
        <button type="button" disabled={socket.value === undefined} onClick={() => socket.value?.close(1000)}>
          {WORDS.close[language]}
        </button>
      </form>
      <div class="bar">
        {[...connections.value].map(([name, passages]) => (
          <button type="button" key={name} aria-pressed={name === shown.value} onClick={() => show(name)}>
            {WORDS.connection[language]} {name}:{' '}
            {bytesIn(
              language,
              passages.reduce((sum, { bytes }) => sum + bytes.length, 0),
            )}
          </button>
        ))}
        {shown.value !== undefined && <a href={`#${SHOWN}`}>{WORDS.see[language]}</a>}
      </div>
      <p class="notice" role="status">
        {isFull.value && WORDS.full[language]} <LiveNotice live={live} language={language} />
      </p>
    </div>
  );
}

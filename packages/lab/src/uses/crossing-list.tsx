/** @jsxRuntime automatic @jsxImportSource preact */
/** What crosses the wire, as the server sees it: totals, and the last reads and writes with the frames in them. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { whole } from '../page/format.ts';
import { useLive } from '../page/live.tsx';
import type { Language, Text } from '../text.ts';
import type { Crossing } from './crossing.ts';

/** Crossings that are listed. */
const LISTED = 8;

const WORDS = {
  heading: { en: 'What crosses the wire', ko: '오가는 바이트' },
  server: { en: 'to the server', ko: '서버로' },
  page: { en: 'to this page', ko: '이 페이지로' },
  response: { en: 'HTTP response', ko: 'HTTP 응답' },
  frames: { en: 'frames', ko: '프레임' },
  bytes: { en: 'bytes', ko: '바이트' },
  payload: { en: 'of them payload', ko: '그중 페이로드' },
  each: { en: 'overhead of each', ko: '하나당 오버헤드' },
  last: {
    en: 'The last of it, newest first; of each the first bytes:',
    ko: '최근 것부터, 저마다 처음 몇 바이트:',
  },
  opening: {
    en: 'The opening handshake came before, once.',
    ko: '오프닝 핸드셰이크는 그전에 한 번 있었습니다.',
  },
} satisfies Record<string, Text>;

type Totals = Readonly<Record<Crossing['way'], { frames: number; bytes: number; payload: number }>>;
const NOTHING = { frames: 0, bytes: 0, payload: 0 };

export function CrossingList({ path, language }: { path: string; language: Language }): VNode {
  const totals = useSignal<Totals>({ server: NOTHING, page: NOTHING, response: NOTHING });
  const last = useSignal<readonly Crossing[]>([]);
  useLive<Crossing>(path, (crossing) => {
    last.value = [crossing, ...last.value].slice(0, LISTED);
    totals.value = { ...totals.value, [crossing.way]: added(totals.value[crossing.way], crossing) };
  });
  return (
    <section>
      <h3>{WORDS.heading[language]}</h3>
      <table>
        <thead>
          <tr>
            <td />
            {(['frames', 'bytes', 'payload', 'each'] as const).map((name) => (
              <th scope="col" key={name}>
                {WORDS[name][language]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(['server', 'page', 'response'] as const).map((way) => {
            const { frames, bytes, payload } = totals.value[way];
            if (way === 'response' && frames === 0) return null;
            return (
              <tr key={way} class={way}>
                <th scope="row">{WORDS[way][language]}</th>
                <td>{whole(frames)}</td>
                <td>{whole(bytes)}</td>
                <td>{whole(payload)}</td>
                <td>{frames === 0 ? '–' : ((bytes - payload) / frames).toFixed(1)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="soft">
        {WORDS.opening[language]} {WORDS.last[language]}
      </p>
      <ol class="crossings">
        {last.value.map((crossing, i) => (
          <li key={i}>
            {crossing.way === 'server' ? '→' : '←'} {WORDS[crossing.way][language]},{' '}
            {crossing.frames.map(({ name, size }) => `${name} ${size}`).join(', ')}:{' '}
            <code>{spaced(crossing)}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

function added(before: Totals['page'], { size, frames }: Crossing): Totals['page'] {
  const payload = frames.reduce((sum, frame) => sum + frame.size, 0);
  return {
    frames: before.frames + frames.length,
    bytes: before.bytes + size,
    payload: before.payload + payload,
  };
}

function spaced({ begin, size }: Crossing): string {
  const bytes = begin.match(/../g) ?? [];
  return `${bytes.join(' ')}${bytes.length < size ? ' …' : ''}`;
}

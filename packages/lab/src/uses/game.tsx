/** @jsxRuntime automatic @jsxImportSource preact */
/** The game's view: the field as the server last told it, and the one thing that a player says: where the paddle is to be. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { LiveNotice, useLive } from '../page/live.tsx';
import type { Language, Text } from '../text.ts';

/** What the server sends: the seat once, the rest at every tick. Places are from 0 to 1. */
interface Told {
  /** 0 left, 1 right, -1 among those who watch. */
  readonly seat?: number;
  readonly ball?: readonly [x: number, y: number];
  readonly paddles?: readonly [number, number];
  readonly score?: readonly [number, number];
}

const STEP = 0.06;

const WORDS = {
  field: {
    en: 'The field; arrow keys up and down move your paddle',
    ko: '경기장. 위아래 화살표 키로 라켓을 움직입니다',
  },
  paddle: { en: 'Your paddle', ko: '내 라켓' },
  seats: [
    { en: 'You play on the left.', ko: '왼쪽에서 경기합니다.' },
    { en: 'You play on the right.', ko: '오른쪽에서 경기합니다.' },
  ],
  watching: { en: 'You watch: two are playing.', ko: '지금은 관전합니다. 이미 둘이 경기하고 있습니다.' },
  waiting: { en: 'The ball waits for a second player.', ko: '두 번째 사람이 올 때까지 공은 멈춰 있습니다.' },
} as const;

export function Game({ path, language }: { path: string; language: Language }): VNode {
  const seat = useSignal(-1);
  const field = useSignal<Told>({});
  const wanted = useSignal(0.5);
  const live = useLive<Told>(path, (told) => {
    if (told.seat === undefined) field.value = told;
    else seat.value = told.seat;
  });
  const move = (to: number) => {
    wanted.value = Math.max(0, Math.min(1, to));
    live.send(wanted.value);
  };
  // On the whole page, so that nobody has to find the slider first.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const by = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
      if (by === undefined || seat.value < 0) return;
      event.preventDefault();
      move(wanted.value + by);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [live]);
  const { ball = [0.5, 0.5], paddles = [0.5, 0.5], score = [0, 0] } = field.value;
  const place: Text = WORDS.seats[seat.value] ?? WORDS.watching;
  return (
    <figure>
      <svg class="field" viewBox="0 0 160 90" role="img" aria-label={WORDS.field[language]}>
        <line x1="80" y1="0" x2="80" y2="90" />
        {paddles.map((at, side) => (
          <rect
            key={side}
            class={side === seat.value ? 'own' : undefined}
            x={side === 0 ? 0 : 157}
            y={at * 90 - 9}
            width="3"
            height="18"
          />
        ))}
        <circle cx={ball[0] * 160} cy={ball[1] * 90} r="3" />
        <text x="60" y="14" text-anchor="middle">
          {score[0]}
        </text>
        <text x="100" y="14" text-anchor="middle">
          {score[1]}
        </text>
      </svg>
      <figcaption>
        {place[language]} <Notes field={field.value} language={language} />
        <LiveNotice live={live} language={language} />
      </figcaption>
      {seat.value >= 0 && (
        <label class="bar">
          {WORDS.paddle[language]}
          <input
            type="range"
            min="0"
            max="1"
            step="0.01"
            value={wanted.value}
            onInput={({ currentTarget }) => move(Number(currentTarget.value))}
          />
        </label>
      )}
    </figure>
  );
}

/** The ball stands in the middle until two play. */
function Notes({ field: { ball }, language }: { field: Told; language: Language }): VNode | null {
  return ball?.[0] === 0.5 ? <span>{WORDS.waiting[language]}</span> : null;
}

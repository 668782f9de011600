/** @jsxRuntime automatic @jsxImportSource preact */
/** The page of the ladder: three tracks, each with its scores as a staircase, then its rungs from the lowest up. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { LiveNotice } from '../page/live.tsx';
import { useRuns } from '../page/runs.ts';
import type { ViewProps } from '../part.ts';
import type { Text } from '../text.ts';
import { type PageTrials, RungSection } from './rung-section.tsx';
import type { ShownTrack } from './rungs.ts';
import { Staircase } from './staircase.tsx';
import type { TrialResult } from './trials.ts';

export interface LearnState {
  readonly tracks: readonly ShownTrack[];
  /** By the trial's key. */
  readonly results: { readonly [key: string]: TrialResult };
  /** What the reader has predicted, by the same key. */
  readonly guesses: { readonly [key: string]: string };
}

const TITLES: Readonly<Record<ShownTrack['name'], Text>> = {
  tcp: { en: 'TCP', ko: 'TCP' },
  http: { en: 'HTTP/1.1', ko: 'HTTP/1.1' },
  ws: { en: 'WebSocket', ko: 'WebSocket' },
};

const TRACKS_LABEL: Text = { en: 'Tracks', ko: '트랙' };

/** What a server of the track promises, so that it can be asked. */
const CONTRACTS: Readonly<Record<ShownTrack['name'], Text>> = {
  tcp: {
    en: 'Each rung has a contract of its own, which its idea says, and is asked about nothing else: so there are goals here, and no score.',
    ko: '단계마다 계약이 다르고, 그 단계의 핵심에 적혀 있습니다. 계약에 있는 것만 물으므로 여기에는 목표만 있고 점수는 없습니다.',
  },
  http: {
    en: 'The contract: any path; GET is 200 with some content, POST is 200 with the same content that came. Whatever else the RFCs ask, the probes ask too.',
    ko: '계약: 어느 경로든 GET에는 200과 아무 본문으로, POST에는 200과 받은 본문 그대로 답합니다. 나머지는 RFC가 요구하는 그대로 프로브가 묻습니다.',
  },
  ws: {
    en: 'The contract: any path; each message comes back, with its type.',
    ko: '계약: 어느 경로든, 받은 메시지를 같은 종류로 돌려보냅니다.',
  },
};

const HOW: readonly Text[] = [
  {
    en: 'Read the question, and see what the rung below makes of a few bytes. Predict what the next one will do, and let it answer. Then write it: the command copies the rung below into a file of yours, and asks it over its socket. Your own program does as well, in any language.',
    ko: '질문을 읽고, 아래 단계가 바이트 몇 개를 어떻게 처리하는지 봅니다. 다음 단계는 어떻게 할지 예상하고, 실행해서 확인합니다. 그런 다음 직접 작성합니다. 아래 명령은 앞 단계를 사본으로 만들고 소켓으로 묻습니다. 어떤 언어로 쓴 프로그램이든 됩니다.',
  },
  {
    en: 'What our rung adds stands below each as a difference, because that is the lesson. Whoever wants to find it without, stops reading at the command.',
    ko: '단계마다 우리 코드가 무엇을 더했는지 차이로 보여 줍니다. 그 차이가 배울 내용입니다. 보지 않고 찾으려면 명령에서 읽기를 멈추십시오.',
  },
];

const UNSCRIPTED: Text = {
  en: 'Without JavaScript each run loads the page anew.',
  ko: 'JavaScript가 없으면 실행할 때마다 페이지를 새로 불러옵니다.',
};

export function LearnView({ state, language }: ViewProps<LearnState>): VNode {
  const guesses = useSignal(state.guesses);
  const { live, results, running, start } = useRuns('/learn/live', state.results);
  const trials: PageTrials = {
    status: live.status,
    results,
    guesses,
    running,
    start(kind, id, guess) {
      const key = `${kind}=${id}`;
      if (!start(key, { [kind]: id })) return false;
      guesses.value = { ...guesses.value, [key]: guess };
      return true;
    },
  };
  return (
    <>
      {HOW.map((text) => (
        <p key={text.en}>{text[language]}</p>
      ))}
      <nav class="bar" aria-label={TRACKS_LABEL[language]}>
        {state.tracks.map(({ name }) => (
          <a key={name} href={`#${name}`}>
            {TITLES[name][language]}
          </a>
        ))}
      </nav>
      <LiveNotice live={live} language={language} />
      <noscript>
        <p>{UNSCRIPTED[language]}</p>
      </noscript>
      {state.tracks.map((track) => (
        <div key={track.name}>
          <h2 id={track.name}>{TITLES[track.name][language]}</h2>
          <p>{CONTRACTS[track.name][language]}</p>
          <Staircase track={track} language={language} />
          {track.rungs.map((rung) => (
            <RungSection key={rung.id} rung={rung} track={track} trials={trials} language={language} />
          ))}
        </div>
      ))}
    </>
  );
}

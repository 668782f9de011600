/**
 * The ladder as a page. It shows; what a reader has written is checked in a terminal. A rung runs when it is asked for, by the page's
 * WebSocket or, without a script, by `?run=RUNG` and `?predict=RUNG`.
 */
import type { Connection } from 'ws-mini';
import { LabError } from '../errors.ts';
import { receive } from '../messages.ts';
import type { Accept, Part } from '../part.ts';
import type { Language, Text } from '../text.ts';
import { ladderIn, type ShownTrack } from './rungs.ts';
import { type Trial, Trials, trialOf } from './trials.ts';
import { type LearnState, LearnView } from './view.tsx';

/** Milliseconds. The rungs answer in one, and a reader waits for silence, too. */
const QUIET = 500;
/** Letters of a guess that a page shows again. */
const MOST_GUESS = 100;

export class Learn implements Part<LearnState> {
  readonly path: string = 'learn';
  readonly name: Text = { en: 'The ladder', ko: '한 단계씩' };
  readonly title: Text = { en: 'The ladder, rung by rung', ko: '한 단계씩 만드는 프로토콜' };
  readonly summary: Text = {
    en: 'TCP, HTTP/1.1 and WebSocket, built up from a few lines: each rung is a server in one file with one idea more, and a number says what the idea is worth. See what breaks without it, predict, and then write it yourself.',
    ko: 'TCP, HTTP/1.1, WebSocket을 몇 줄에서 시작해 만들어 갑니다. 단계마다 파일 하나로 된 서버가 있고, 핵심이 하나씩 늘어나며, 그 하나로 무엇을 얻는지 숫자로 나옵니다. 그것이 없으면 무엇이 잘못되는지 보고, 결과를 예상한 뒤에 직접 작성해 보십시오.',
  };
  readonly View: typeof LearnView = LearnView;
  readonly sockets: Readonly<Record<string, Accept>> = { live: (connection) => this.#serve(connection) };
  readonly #trials = new Trials(QUIET);
  readonly #ladder = new Map<Language, readonly ShownTrack[]>();

  async state(language: Language, query: URLSearchParams): Promise<LearnState> {
    const trial = trialOf('run', query.get('run')) ?? trialOf('predict', query.get('predict'));
    return {
      tracks: this.#ladderIn(language),
      results: trial ? { [trial.key]: await this.#trials.run(trial) } : {},
      guesses:
        trial?.kind === 'predict' ? { [trial.key]: (query.get('guess') ?? '').slice(0, MOST_GUESS) } : {},
    };
  }

  /** Read once: the files of the rungs do not change while the lab runs. */
  #ladderIn(language: Language): readonly ShownTrack[] {
    const ladder = this.#ladder.get(language) ?? ladderIn(language);
    this.#ladder.set(language, ladder);
    return ladder;
  }

  #serve(connection: Connection): void {
    receive(connection, (message) => {
      const trial = trialAskedFor(message);
      void this.#trials
        .run(trial)
        .then((result) => connection.send(JSON.stringify({ key: trial.key, result })));
    });
  }

  close(): Promise<void> {
    return this.#trials.close();
  }
}

/** @throws LabError `bad-message` */
function trialAskedFor(message: unknown): Trial {
  const { run, predict } = (message ?? {}) as { run?: unknown; predict?: unknown };
  const trial = trialOf('run', run) ?? trialOf('predict', predict);
  if (trial !== undefined) return trial;
  throw new LabError(
    'bad-message',
    'what this page may ask is {"run": RUNG} or {"predict": RUNG}, as in "http-3"',
  );
}

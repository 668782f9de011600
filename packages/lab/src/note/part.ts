/**
 * The note as a page: each line with its verdict, and its experiment when it is asked for, by the page's WebSocket or, without
 * a script, by `?run=LINE`. An experiment that runs already is not begun again: all who ask meanwhile get the same outcome.
 */
import type { Connection } from 'ws-mini';
import { LabError } from '../errors.ts';
import { receive } from '../messages.ts';
import type { Accept, Part } from '../part.ts';
import type { Language, Text } from '../text.ts';
import { type Experiment, NotHere, perform } from './experiment.ts';
import { explained } from './explained.ts';
import { chapters, type Statement, statements } from './statements.ts';
import { type NoteState, NoteView, type Result } from './view.tsx';

export class Note implements Part<NoteState> {
  readonly path: string = 'note';
  readonly name: Text = { en: 'The note', ko: '노트' };
  readonly title: Text = { en: 'The note, line by line', ko: '노트 한 줄 한 줄' };
  readonly summary: Text = {
    en: 'Each sentence of the note, said more precisely, with an experiment that shows it. What an experiment says is taken from the run that you start, not from a book.',
    ko: '노트의 문장마다 더 정확한 설명과 직접 해 볼 수 있는 실험을 붙였습니다. 실험 결과는 책에서 옮긴 것이 아니라, 버튼을 누른 그때 이 컴퓨터에서 얻은 것입니다.',
  };
  readonly View: typeof NoteView = NoteView;
  readonly sockets: Readonly<Record<string, Accept>> = { live: (connection) => this.#serve(connection) };
  readonly #running = new Map<Experiment, Promise<Result>>();
  #isClosed = false;

  async state(_: Language, query: URLSearchParams): Promise<NoteState> {
    const asked = statements.find(({ id }) => id === query.get('run'));
    return {
      chapters: chapters.map(({ title, statements }) => ({ title, lines: statements.map(shown) })),
      results: asked?.experiment ? { [asked.id]: await this.#run(asked.experiment) } : {},
    };
  }

  #serve(connection: Connection): void {
    receive(connection, (message) => {
      const { id, experiment } = askedFor(message);
      void this.#run(experiment).then((result) => connection.send(JSON.stringify({ key: id, result })));
    });
  }

  /** Runs it, or waits for the run that has begun already. */
  #run(experiment: Experiment): Promise<Result> {
    if (this.#isClosed) return Promise.resolve({ failed: 'the lab closes' });
    const running =
      this.#running.get(experiment) ??
      resultOf(experiment).finally(() => {
        this.#running.delete(experiment);
      });
    this.#running.set(experiment, running);
    return running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running.values());
  }
}

/** What a page needs of a line; the experiment itself stays here. */
function shown({ experiment, ...line }: Statement): NoteState['chapters'][number]['lines'][number] {
  return { ...line, tries: experiment?.title };
}

/** @throws LabError `bad-message` */
function askedFor(message: unknown): { readonly id: string; readonly experiment: Experiment } {
  const run = (message as { run?: unknown } | null)?.run;
  const asked = statements.find(({ id }) => id === run);
  if (asked?.experiment) return { id: asked.id, experiment: asked.experiment };
  throw new LabError(
    'bad-message',
    'what this page may ask is {"run": LINE}, of a line that has an experiment',
  );
}

/** Never rejected: a run that failed is a result too. */
async function resultOf(experiment: Experiment): Promise<Result> {
  try {
    const { steps, says, table, bearsOut, recorded, took } = await perform(experiment);
    return { outcome: { steps: steps.map(explained), says, table, bearsOut, recorded, took } };
  } catch (error) {
    if (error instanceof NotHere) return { notHere: error.text };
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

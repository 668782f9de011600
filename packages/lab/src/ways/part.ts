/**
 * Seven ways side by side: runs, one at a time, which every page sees. A page may start one and stop one; a page that goes
 * stops nothing. What was run last stays, to be shown and to be taken along as CSV.
 */
import type { HttpRequest, HttpResponse } from 'http-mini';
import type { Connection } from 'ws-mini';
import { LabError } from '../errors.ts';
import { receive } from '../messages.ts';
import type { Accept, Part, Services } from '../part.ts';
import type { Language, Text } from '../text.ts';
import { type Comparison, compare } from './compare.ts';
import { csvOf } from './csv.ts';
import { problemOf, type Settings, settingsOf } from './settings.ts';
import { type WaysState, WaysView } from './view.tsx';
import { push } from './web-ticker.ts';

export class Ways implements Part<WaysState> {
  readonly path: string = 'ways';
  readonly name: Text = { en: 'Ways', ko: '방법' };
  readonly title: Text = { en: 'Seven ways to deliver an update', ko: '업데이트를 전달하는 일곱 가지 방법' };
  readonly summary: Text = {
    en: 'The same updates, delivered in seven ways over real sockets on this machine, as often, to as many and over as bad a line as you like. Every number was counted on those sockets; none is calculated from a specification.',
    ko: '이 컴퓨터의 실제 소켓을 통해 같은 업데이트를 일곱 가지 방법으로 전달합니다. 횟수와 클라이언트 수, 회선의 상태는 직접 고릅니다. 숫자는 모두 그 소켓에서 센 것이며, 명세에서 계산한 값은 하나도 없습니다.',
  };
  readonly View: typeof WaysView = WaysView;
  readonly sockets: Readonly<Record<string, Accept>> = {
    live: (connection) => this.#watch(connection),
    ticker: (connection) => push(this.#services.ticker, connection),
  };
  readonly #services: Services;
  readonly #watchers = new Set<Connection>();
  #comparison: Comparison | undefined;
  /** The run that is on, if one is. */
  #run: { readonly stop: AbortController; readonly over: Promise<unknown> } | undefined;
  #isClosed = false;

  constructor(services: Services) {
    this.#services = services;
  }

  /** @param query settings to begin with, as in `?rate=100&loss=5`; what cannot be run is not taken */
  state(_: Language, query: URLSearchParams): WaysState {
    const asked = settingsOf(Object.fromEntries(query));
    const settings = problemOf(asked) ? settingsOf({}) : asked;
    return {
      call: this.#services.call,
      comparison: this.#comparison,
      settings: query.size > 0 ? settings : (this.#comparison?.settings ?? settings),
    };
  }

  get({ path }: HttpRequest): HttpResponse | undefined {
    const noStore = { 'cache-control': 'no-store' };
    if (path === '/ways/latest') {
      // For clients that poll. With a line feed, so that curl leaves the prompt on a line of its own.
      const headers = { 'content-type': 'application/json', ...noStore };
      return { headers, body: `${this.#services.ticker.text}\n` };
    }
    if (path !== '/ways/run.csv' || this.#comparison === undefined) return undefined;
    const name = 'attachment; filename="seven-ways.csv"';
    const headers = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': name, ...noStore };
    return { headers, body: csvOf(this.#comparison) };
  }

  /** Starts a run, unless one is on. @throws LabError `bad-message` if the settings have a problem */
  start(settings: Settings): void {
    const problem = problemOf(settings);
    if (problem) throw new LabError('bad-message', problem);
    if (this.#run || this.#isClosed) return;
    const stop = new AbortController();
    const over = compare(settings, {
      signal: stop.signal,
      onProgress: (comparison) => {
        this.#comparison = comparison;
        this.#publish(comparison);
      },
    })
      .catch(() => {}) // the pages have been told by its state
      .finally(() => {
        this.#run = undefined;
      });
    this.#run = { stop, over };
  }

  async stop(): Promise<void> {
    this.#run?.stop.abort(
      new LabError('stopped', {
        en: 'the run was stopped before its end',
        ko: '실행을 끝나기 전에 중지했습니다',
      }),
    );
    await this.#run?.over;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.stop();
  }

  /** While a way is measured, only what is new of it: fifty pages must not cost more than the way itself. */
  #publish(comparison: Comparison): void {
    const { state, current, results } = comparison;
    const news =
      state === 'measuring' && current
        ? { ...comparison, results: { [current]: results[current] } }
        : comparison;
    const text = JSON.stringify(news);
    for (const watcher of this.#watchers) watcher.send(text);
  }

  #watch(connection: Connection): void {
    this.#watchers.add(connection);
    connection.on('close', () => this.#watchers.delete(connection));
    if (this.#comparison) connection.send(JSON.stringify(this.#comparison));
    receive(connection, (message) => {
      const { run, stop } = Object(message) as { run?: unknown; stop?: unknown };
      if (stop === true) void this.stop();
      else if (typeof run === 'object' && run !== null)
        this.start(settingsOf(run as Record<string, unknown>));
      else throw new LabError('bad-message', 'what this page may ask is {"run": settings} or {"stop": true}');
    });
  }
}

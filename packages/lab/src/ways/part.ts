/** The ways side by side: their comparison, one at a time, pushed to every page, and what they poll and subscribe to. */
import type { HttpRequest, HttpResponse } from 'http-mini';
import type { Connection } from 'ws-mini';
import { LabError } from '../errors.ts';
import { ignore, receive } from '../messages.ts';
import type { Accept, Part, Services } from '../part.ts';
import type { Text } from '../text.ts';
import { type CompareOptions, type Comparison, compare } from './compare.ts';
import { type WaysState, WaysView } from './view.tsx';

export type WaysOptions = Pick<CompareOptions, 'updates' | 'pollInterval'>;

export class Ways implements Part<WaysState> {
  readonly path: string = 'ways';
  readonly name: Text = { en: 'Ways', ko: '방법' };
  readonly title: Text = { en: 'Ways to deliver an update', ko: '업데이트를 전달하는 방법' };
  readonly summary: Text = {
    en: 'The same updates, delivered in four ways at once over real sockets on this machine. Every number was counted on those sockets; none is calculated from a specification.',
    ko: '같은 업데이트를 네 가지 방법으로 동시에, 이 컴퓨터의 실제 소켓으로 전달합니다. 숫자는 모두 그 소켓에서 센 것이며, 명세에서 계산한 값은 하나도 없습니다.',
  };
  readonly View: typeof WaysView = WaysView;
  readonly sockets: Readonly<Record<string, Accept>> = {
    live: (connection) => this.#watch(connection),
    ticker: (connection) => this.#push(connection),
  };
  readonly #services: Services;
  readonly #options: WaysOptions;
  readonly #watchers = new Set<Connection>();
  readonly #stopping = new AbortController();
  #comparison: Comparison | undefined;
  #comparing: Promise<Comparison> | undefined;

  constructor(services: Services, options: WaysOptions) {
    this.#services = services;
    this.#options = options;
  }

  state(): WaysState {
    return { comparison: this.#comparison, update: this.#services.ticker.update };
  }

  /** The latest update, for clients that poll. With a line feed, so that curl leaves the prompt on a line of its own. */
  get({ path }: HttpRequest): HttpResponse | undefined {
    if (path !== '/ways/latest') return undefined;
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    return { headers, body: `${this.#services.ticker.text}\n` };
  }

  /** Measures. A call during a measurement gets the same comparison. @throws as `compare` of compare.ts */
  compare(onProgress?: (comparison: Comparison) => void): Promise<Comparison> {
    const { ticker, tickerAddress: tcp, origin } = this.#services;
    this.#comparing ??= compare(
      { ticker, tcp, origin },
      {
        ...this.#options,
        signal: this.#stopping.signal,
        onProgress: (comparison) => {
          this.#comparison = comparison;
          for (const watcher of this.#watchers) watcher.send(JSON.stringify(comparison));
          onProgress?.(comparison);
        },
      },
    ).finally(() => {
      this.#comparing = undefined;
    });
    return this.#comparing;
  }

  async close(): Promise<void> {
    this.#stopping.abort(
      new LabError('stopped', {
        en: 'the measurement was stopped before its end',
        ko: '측정이 끝나기 전에 멈추었습니다',
      }),
    );
    await this.#comparing?.catch(() => {});
  }

  /** A page: it gets the comparison as it changes, and may ask to measure. */
  #watch(connection: Connection): void {
    this.#watchers.add(connection);
    connection.on('close', () => this.#watchers.delete(connection));
    if (this.#comparison) connection.send(JSON.stringify(this.#comparison));
    receive(connection, (message) => {
      if (message !== 'measure') throw new LabError('bad-message', 'what this page may ask is "measure"');
      // The caller of `compare` learns why it failed; a page only sees that it stopped.
      this.compare().catch(() => {});
    });
  }

  #push(connection: Connection): void {
    const { ticker } = this.#services;
    ignore(connection);
    connection.send(ticker.text);
    connection.on(
      'close',
      ticker.subscribe((text) => connection.send(text)),
    );
  }
}

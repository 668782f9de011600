/**
 * The lab: one ticker and the servers that deliver it (raw TCP, HTTP, WebSocket on HTTP's port), an echo server beside
 * them to try by hand, and the comparison, one at a time, pushed to every page.
 */
import { createEchoServer, type Endpoint, formatEndpoint } from 'tcp-echo';
import { type CompareOptions, type Comparison, compare } from './compare.ts';
import { LabError, listenError } from './errors.ts';
import { tableOf } from './table.ts';
import { TcpTicker } from './tcp-ticker.ts';
import { Ticker } from './ticker.ts';
import { Web } from './web.ts';

export interface LabOptions extends Pick<CompareOptions, 'updates' | 'pollInterval'> {
  readonly host: string;
  /** Hosts that a browser may name beside this machine's own: see `answersFor` of http-mini. */
  readonly allowHosts?: readonly string[] | undefined;
  /** HTTP and WebSocket; 0 takes any free one, here and below. */
  readonly port: number;
  readonly echoPort: number;
  readonly tickerPort: number;
  /** Milliseconds between two updates. */
  readonly interval: number;
}

/** A server that listens, and one line to try it. */
export interface Listening {
  readonly name: string;
  readonly address: string;
  readonly example: string;
}

export class Lab {
  readonly ticker: Ticker;
  /** In the order: TCP echo, TCP ticker, HTTP, WebSocket. */
  listening: readonly Listening[] = [];
  readonly #options: LabOptions;
  readonly #echo = createEchoServer();
  readonly #tcp: TcpTicker;
  readonly #web: Web;
  readonly #stopping = new AbortController();
  #targets = { tcp: { host: '', port: 0 }, origin: '' };
  #comparison: Comparison | undefined;
  #comparing: Promise<Comparison> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: LabOptions) {
    this.#options = options;
    this.ticker = new Ticker(options.interval);
    this.#tcp = new TcpTicker(this.ticker);
    this.#web = new Web({
      ticker: this.ticker,
      allowHosts: options.allowHosts,
      state: () => this.#state(),
      // The caller of `compare` learns why it failed; a page only sees that it stopped.
      measure: () => void this.compare().catch(() => {}),
    });
  }

  /** @throws LabError `address-in-use`, `cannot-listen`; nothing listens then */
  static async start(options: LabOptions): Promise<Lab> {
    const lab = new Lab(options);
    try {
      await lab.#listen(options);
    } catch (error) {
      await lab.destroy();
      throw error;
    }
    lab.ticker.start();
    return lab;
  }

  async #listen({ host, port, echoPort, tickerPort }: LabOptions): Promise<void> {
    const echo = await listen(this.#echo, { host, port: echoPort }, '--echo-port');
    const tcp = reachable(await listen(this.#tcp, { host, port: tickerPort }, '--ticker-port'));
    const web = formatEndpoint(reachable(await listen(this.#web, { host, port }, '--port')));
    this.#targets = { tcp, origin: `http://${web}` };
    const { host: echoHost } = reachable(echo);
    this.listening = [
      { name: 'TCP echo', address: formatEndpoint(echo), example: `nc ${echoHost} ${echo.port}` },
      { name: 'TCP ticker', address: formatEndpoint(tcp), example: `nc ${tcp.host} ${tcp.port}` },
      { name: 'HTTP', address: `http://${web}/`, example: `curl http://${web}/latest` },
      { name: 'WebSocket', address: `ws://${web}/ticker`, example: `a browser at http://${web}/` },
    ];
  }

  /** The address of the page. */
  get origin(): string {
    return this.#targets.origin;
  }

  /** Measures. A call during a measurement gets the same comparison. @throws as `compare` of compare.ts */
  compare(onProgress?: (comparison: Comparison) => void): Promise<Comparison> {
    this.#comparing ??= compare(
      { ticker: this.ticker, ...this.#targets },
      {
        ...this.#options,
        signal: this.#stopping.signal,
        onProgress: (comparison) => {
          this.#comparison = comparison;
          this.#web.publish();
          onProgress?.(comparison);
        },
      },
    ).finally(() => {
      this.#comparing = undefined;
    });
    return this.#comparing;
  }

  #state(): string {
    const comparison = this.#comparison;
    const table = comparison && tableOf(comparison);
    return JSON.stringify({ listening: this.listening, comparison, table });
  }

  /** Stops measuring, says goodbye on every connection, and resolves when all are closed. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#stop();
    await Promise.all([this.#web.close(), this.#tcp.close(), this.#echo.close()]);
  }

  /** Cuts every connection, during `close` too. */
  async destroy(): Promise<void> {
    const stopped = this.#stop();
    this.#web.destroy();
    this.#tcp.destroy();
    await Promise.all([stopped, this.#echo.destroy()]);
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new LabError('stopped', 'the measurement was stopped before its end'));
    this.ticker.stop();
    await this.#comparing?.catch(() => {});
  }
}

async function listen(
  server: { listen(where: Endpoint): Promise<Endpoint> },
  where: Endpoint,
  option: string,
): Promise<Endpoint> {
  try {
    return await server.listen(where);
  } catch (error) {
    throw listenError(error, where, option);
  }
}

/** Where a client on this machine connects to. A server that listens on all addresses reports 0.0.0.0 or ::. */
function reachable({ host, port }: Endpoint): Endpoint {
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port };
}

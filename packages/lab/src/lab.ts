/**
 * The lab: a ticker, an echo server to try by hand, the ticker over raw TCP, and one port for HTTP and WebSocket, which has
 * the pages. What a page needs beyond that, its part has.
 */
import { createEchoServer, type Endpoint, formatEndpoint } from 'tcp-echo';
import { conversation } from './conversation/part.ts';
import { listenError } from './errors.ts';
import { front } from './front/part.ts';
import { Learn } from './learn/part.ts';
import { Note } from './note/part.ts';
import type { Part, Services } from './part.ts';
import { Ticker } from './ticker.ts';
import { whatItIsUsedFor } from './uses/part.ts';
import { Ways } from './ways/part.ts';
import { TcpTicker } from './ways/tcp-ticker.ts';
import { Web } from './web.ts';
import { wire } from './wire/part.ts';

export interface LabOptions {
  /** How the lab is called, with options behind it: for what a page says of the command. `npm start --`. */
  readonly call?: string | undefined;
  readonly host: string;
  /** Hosts that a browser may name beside this machine's own: see `answersFor` of http-mini. */
  readonly allowHosts?: readonly string[] | undefined;
  /** HTTP and WebSocket; 0 takes any free one, here and below. */
  readonly port: number;
  readonly echoPort: number;
  readonly tickerPort: number;
  /** Milliseconds between two updates of the ticker that the pages show. 50. */
  readonly interval?: number | undefined;
}

export class Lab implements Services {
  readonly call: string;
  readonly ticker: Ticker;
  /** In the order of the table of contents. */
  readonly parts: readonly Part[];
  origin = '';
  tickerAddress: Endpoint = NOWHERE;
  echoAddress: Endpoint = NOWHERE;
  readonly #echo = createEchoServer();
  readonly #tcp: TcpTicker;
  readonly #web: Web;
  #closing: Promise<void> | undefined;

  private constructor(options: LabOptions) {
    this.call = options.call ?? 'npm start --';
    this.ticker = new Ticker(options.interval ?? 50);
    this.#tcp = new TcpTicker(this.ticker);
    this.parts = [new Note(), wire(), new Ways(this), conversation(), whatItIsUsedFor(), new Learn()];
    const parts = [front(this, this.parts), ...this.parts];
    this.#web = new Web({ call: this.call, parts, allowHosts: options.allowHosts });
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
    this.echoAddress = await listen(this.#echo, { host, port: echoPort }, '--echo-port');
    this.tickerAddress = await listen(this.#tcp, { host, port: tickerPort }, '--ticker-port');
    this.origin = `http://${formatEndpoint(await listen(this.#web, { host, port }, '--port'))}`;
  }

  /** Stops what is measured, says goodbye on every connection, and resolves when all are closed. */
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
    this.ticker.stop();
    await Promise.all(this.parts.map((part) => part.close?.()));
  }
}

const NOWHERE: Endpoint = { host: '', port: 0 };

/** @returns where a client on this machine connects to */
async function listen(
  server: { listen(where: Endpoint): Promise<Endpoint> },
  where: Endpoint,
  option: string,
): Promise<Endpoint> {
  try {
    return reachable(await server.listen(where));
  } catch (error) {
    throw listenError(error, where, option);
  }
}

/** A server that listens on all addresses reports 0.0.0.0 or ::, to which nobody connects. */
function reachable({ host, port }: Endpoint): Endpoint {
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port };
}

/**
 * What a way is measured against: a ticker of its own, the servers that deliver it, and the link in front of them. If the
 * link adds nothing, clients connect to the servers themselves.
 */
import { type Endpoint, formatEndpoint } from 'tcp-echo';
import { Ticker } from '../ticker.ts';
import type { Settings } from './settings.ts';
import { TcpLink } from './tcp-link.ts';
import { TcpTicker } from './tcp-ticker.ts';
import { UdpLink } from './udp-link.ts';
import { UdpTicker } from './udp-ticker.ts';
import type { Delivery } from './ways.ts';
import { WebTicker } from './web-ticker.ts';

const HOST = '127.0.0.1';

export class Source {
  readonly ticker: Ticker;
  readonly #link: Settings | undefined;
  /** What has been opened, to be closed again: clients' side last. */
  readonly #opened: { close(): unknown }[] = [];

  private constructor(settings: Settings) {
    this.ticker = new Ticker(1000 / settings.rate, { payload: settings.payload });
    this.#link = settings.delay > 0 || settings.loss > 0 ? settings : undefined;
  }

  /** Starts the ticker too. @returns also where clients go */
  static async open(
    settings: Settings,
  ): Promise<{ source: Source } & Pick<Delivery, 'tcp' | 'udp' | 'origin'>> {
    const source = new Source(settings);
    try {
      const [tcp, udp, web] = await Promise.all([
        source.#serve(new TcpTicker(source.ticker), TcpLink),
        source.#serve(new UdpTicker(source.ticker), UdpLink),
        source.#serve(new WebTicker(source.ticker), TcpLink),
      ]);
      source.ticker.start();
      return { source, tcp, udp, origin: `http://${formatEndpoint(web)}` };
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  async #serve(
    server: { listen(where: Endpoint): Promise<Endpoint>; close(): unknown },
    Link: typeof TcpLink | typeof UdpLink,
  ): Promise<Endpoint> {
    const target = await server.listen({ host: HOST, port: 0 });
    this.#opened.push(server);
    if (this.#link === undefined) return target;
    const link = new Link(target, this.#link);
    const near = await link.listen(HOST);
    this.#opened.push(link);
    return near;
  }

  /** Resolves when all is closed. */
  async close(): Promise<void> {
    this.ticker.stop();
    await Promise.all(this.#opened.reverse().map((opened) => opened.close()));
  }
}

/**
 * What `conformance --listen` needs of a family of client probes: a server that lies to whoever comes, and keeps what came
 * of it. `listenHttp` and `listenWebSocket` are its two makers; the command knows no more of them than this.
 */
import type { AboutProbe, Family, Result } from './probe.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Milliseconds without a byte after which a client counts as silent. */
  readonly quiet: number;
  /** Which probes there are. */
  readonly chosen: (probe: AboutProbe, family: Family) => boolean;
}

export interface Listening {
  readonly port: number;
  /** One line for each way to drive a client: `curl -s http://127.0.0.1:9001/curl.sh | sh`. */
  readonly howTo: readonly string[];
  /** What came of it so far, in the order of the probes; `implementation` is the agent's name, or what User-Agent said. */
  results(): readonly Result[];
  /** Cuts every connection off. */
  close(): Promise<void>;
}

/**
 * A subject: an implementation under test, to be pointed at by any outside suite. All subjects of a protocol behave
 * alike, the oracles among them, so that what a suite finds different is the implementation.
 */

export interface Subject {
  /** One line: what it is. */
  readonly what: string;
  readonly scheme: 'http' | 'ws';
  /** Rejects with node's error where the port is taken. */
  start(options: { host: string; port: number }): Promise<RunningSubject>;
}

export interface RunningSubject {
  readonly port: number;
  /** Stops listening, and resolves when the exchanges and connections under way are over. */
  close(): Promise<void>;
}

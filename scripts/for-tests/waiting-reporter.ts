/**
 * Says what a run waits for: a test that has been under way for ten seconds is named, and again each ten seconds. Without it,
 * a slow machine and a test that hangs look alike until the deadline.
 */
import type { Reporter, TestCase } from 'vitest/node';

const PATIENCE = 10_000;

export class WaitingReporter implements Reporter {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  onTestCaseReady(test: TestCase): void {
    let seconds = 0;
    const say = (): void => {
      // That it is ready may be reported after its result.
      if (test.result().state !== 'pending') return this.onTestCaseResult(test);
      seconds += PATIENCE / 1000;
      process.stdout.write(` … waits for ${test.module.relativeModuleId}: ${test.fullName} (${seconds} s)\n`);
    };
    this.#timers.set(test.id, setInterval(say, PATIENCE));
  }

  onTestCaseResult({ id }: TestCase): void {
    clearInterval(this.#timers.get(id));
    this.#timers.delete(id);
  }

  onTestRunEnd(): void {
    for (const timer of this.#timers.values()) clearInterval(timer);
  }
}

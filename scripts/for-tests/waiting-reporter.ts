/**
 * Says what the default reporter keeps to itself. What a run waits for: a test that has been under way for ten seconds is named,
 * and again each ten seconds; without it, a slow machine and a test that hangs look alike until the deadline. And what passed
 * only when it was run again, with its first failure, in a line that `.ci/run` gathers.
 */
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase } from 'vitest/node';

const PATIENCE = 10_000;
const root = join(import.meta.dirname, '../..');

export class WaitingReporter implements Reporter {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  onTestCaseReady(test: TestCase): void {
    let seconds = 0;
    const say = (): void => {
      // That it is ready may be reported after its result.
      if (test.result().state !== 'pending') return this.#stopTimer(test);
      seconds += PATIENCE / 1000;
      process.stdout.write(` … waits for ${test.module.relativeModuleId}: ${test.fullName} (${seconds} s)\n`);
    };
    this.#timers.set(test.id, setInterval(say, PATIENCE));
  }

  onTestCaseResult(test: TestCase): void {
    this.#stopTimer(test);
    // One that is expected to fail is run again for having failed as expected.
    if (test.diagnostic()?.flaky && test.options.fails !== true) process.stdout.write(retriedLine(test));
  }

  onTestRunEnd(): void {
    for (const timer of this.#timers.values()) clearInterval(timer);
  }

  #stopTimer({ id }: TestCase): void {
    clearInterval(this.#timers.get(id));
    this.#timers.delete(id);
  }
}

/** A test that passed has the errors of the runs before the one that did. */
function retriedLine(test: TestCase): string {
  const [failure] = test.result().errors ?? [];
  const why = stripVTControlCharacters(failure?.message ?? '')
    .replace(/\s+/g, ' ')
    .slice(0, 300);
  return `retried: ${relative(root, test.module.moduleId)} > ${test.fullName} (its first failure: ${why})\n`;
}

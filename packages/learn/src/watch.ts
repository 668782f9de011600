/**
 * Checks again at each save, and on a terminal takes keys in between. Nothing moves on by itself: a passed rung stays until a key
 * is pressed. Saves are seen by the times of files, which every editor and every system has.
 */
import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Asked } from './ask.ts';
import { beginCopy, type CheckOptions, check, ownCopy, type Settings, type Subject } from './check.ts';
import { copyOf, resetCopy } from './copies.ts';
import { CannotRun } from './errors.ts';
import { mend } from './mend.ts';
import { differenceText, hintText, listText, whyPage } from './pages.ts';
import type { Language, Rung } from './rung.ts';
import { formatAllBytes } from './story.ts';

/** Milliseconds between two looks at the files. */
const LOOK = 200;

/** Until `q` or Ctrl-C. @returns whether the goals were held at last */
export async function watch(rung: Rung, subject: Subject, settings: Settings): Promise<boolean> {
  const isOwn = subject.name === ownCopy(rung).name;
  const newest = (): number => (isOwn ? timeOf(copyOf(rung)) : newestBelow('.'));
  if (isOwn) beginCopy(rung, settings);
  const keys = new Keys();
  let isPassed = false;
  let notHeld: Asked | undefined;
  try {
    for (;;) {
      const before = newest();
      const stop = new AbortController();
      notHeld = undefined;
      const onNotHeld = (goal: Asked): void => void (notHeld = goal);
      // No new copy is begun: an editor may be about to write, and who has deleted it is asked.
      const isGone = isOwn && !existsSync(copyOf(rung));
      const checked = isGone
        ? gone(copyOf(rung), settings)
        : checkOnce(rung, subject, settings, { signal: stop.signal, onNotHeld });
      let isDone = false;
      void checked.then((passed) => {
        isPassed = passed;
        isDone = true;
        process.stdout.write(`\n${WORDS[settings.language].keys(keys.areTaken)}\n`);
      });
      // A save ends what is under way: it is about a file that is no more.
      while (newest() === before) {
        if (keys.isPressed('q') || keys.isPressed('\x03')) {
          stop.abort();
          await checked;
          return isPassed;
        }
        // What is pressed while it asks waits: a hint is for the goal that is not held now.
        const key = isDone ? keys.next() : undefined;
        if (key === '\r') break;
        if (key !== undefined) await press(key, rung, notHeld, settings);
        await new Promise((resolve) => setTimeout(resolve, LOOK));
      }
      stop.abort();
      await checked;
      process.stdout.write('\n');
    }
  } finally {
    keys.close();
  }
}

async function checkOnce(
  rung: Rung,
  subject: Subject,
  settings: Settings,
  options: CheckOptions & { readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    return await check(rung, subject, settings, options);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    // Half a program is no reason to end: the next save may be the other half.
    if (!options.signal.aborted) process.stdout.write(`${error.message}\n`);
    return false;
  }
}

async function gone(copy: string, { language }: Settings): Promise<boolean> {
  process.stdout.write(`${WORDS[language].gone(copy)}\n`);
  return false;
}

async function press(key: string, rung: Rung, notHeld: Asked | undefined, settings: Settings): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`\n${text}`);
  if (key === 'h') say(hintText(rung, settings));
  if (key === 'b' && notHeld !== undefined)
    say(`${notHeld.probe.name}\n${formatAllBytes(notHeld, rung.track, settings.language)}`);
  if (key === 'y') say(await whyPage(rung, settings));
  if (key === 'd') say(differenceText(rung, settings));
  if (key === 'm') await mend(rung, settings);
  if (key === 'l') say(listText(settings));
  if (key === 'r') say(`${WORDS[settings.language].kept(resetCopy(rung) ?? '')}\n`);
}

/** Single keys of a terminal, as they are pressed. */
class Keys {
  readonly areTaken: boolean = process.stdin.isTTY === true;
  readonly #pressed: string[] = [];

  constructor() {
    if (!this.areTaken) return;
    process.stdin.setRawMode(true).setEncoding('utf8');
    process.stdin.on('data', (text: string) => void this.#pressed.push(...text));
  }

  isPressed(key: string): boolean {
    return this.#pressed.includes(key);
  }

  next(): string | undefined {
    return this.#pressed.shift();
  }

  close(): void {
    if (!this.areTaken) return;
    process.stdin.setRawMode(false);
    process.stdin.destroy();
  }
}

/** What a program makes, and not a person. */
const MADE = /^(\..*|node_modules|target|dist|build|__pycache__|.*\.log)$/;

/** @internal @returns when a file in it, or below, was saved last; 0 if there is none */
export function newestBelow(folder: string): number {
  const times = entriesOf(folder)
    .filter(({ name }) => !MADE.test(name))
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestBelow(path) : entry.isFile() ? timeOf(path) : 0;
    });
  return Math.max(0, ...times);
}

/** None if it is gone since its name was read, or not ours to read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Some editors replace the file, so that for a moment there is none. */
function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const WORDS = {
  en: {
    keys: (areTaken: boolean) =>
      areTaken
        ? 'A save checks again.   h hint   b all bytes   y why   d diff   m mend   r reset   l list   Enter again   q quit'
        : 'A save checks again; Ctrl-C ends.',
    gone: (path: string) => `${path} is gone. Save it again, or press r to begin again.`,
    kept: (path: string) => `Begun again; what you had is in ${path}`,
  },
  ko: {
    keys: (areTaken: boolean) =>
      areTaken
        ? '저장하면 다시 묻습니다.   h 힌트   b 모든 바이트   y 이유   d 차이   m 고치기   r 다시 시작   l 목록   Enter 다시   q 끝내기'
        : '저장하면 다시 묻습니다. Ctrl-C로 끝냅니다.',
    gone: (path: string) => `${path} 파일이 없습니다. 다시 저장하거나 r를 눌러 처음부터 시작하십시오.`,
    kept: (path: string) => `처음부터 다시 시작합니다. 쓰던 파일: ${path}`,
  },
} satisfies Record<Language, unknown>;

// What the browser tests share: a page of a lab in Chromium, what went wrong on it, and a picture of it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';
import type { Lab } from '../../src/lab.ts';
import type { Language } from '../../src/text.ts';

export interface PageOptions {
  readonly language?: Language;
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScript?: boolean;
}

/** A page as it is looked at: each language, wide and narrow, light and dark. */
export const LOOKS = [
  ['en', 1280, 'light'],
  ['ko', 1280, 'dark'],
  ['ko', 360, 'light'],
  ['en', 360, 'dark'],
] as const;

export interface OpenPage {
  readonly page: Page;
  /** Errors on the console and in scripts, and requests that leave the lab. */
  readonly problems: readonly string[];
  /** Waits until the page as a whole is no wider than the window: what a ResizeObserver sizes follows in a later frame. */
  fitsTheWindow(): Promise<void>;
  /** Kept in screenshots/, which git ignores: NAME, language, width and colour. */
  picture(name: string): Promise<void>;
}

const pictures = join(import.meta.dirname, '../../screenshots');
let browser: Browser;

/** Tests that need Chromium; skipped if there is none. */
export function describeInBrowser(name: string, tests: () => void): void {
  describe.skipIf(!hasBrowser)(name, () => {
    beforeAll(async () => {
      browser = await chromium.launch(launchOptions);
    });
    afterAll(() => browser.close());
    tests();
  });
}

/** @param path below the language, as in `ways`, with its query */
export async function openPage(lab: Lab, path: string, options: PageOptions = {}): Promise<OpenPage> {
  const { language = 'en', width = 1280, colorScheme = 'light', javaScript = true } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    javaScriptEnabled: javaScript,
  });
  context.setDefaultTimeout(0); // a slow machine's deadline is that of the test
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  const noteLeaving = (url: string) => {
    const { host, protocol } = new URL(url);
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== new URL(lab.origin).host)
      problems.push(`a request to ${url}`);
  };
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => noteLeaving(request.url()));
  page.on('websocket', (socket) => noteLeaving(socket.url()));
  await page.goto(`${lab.origin}/${language}/${path}`);
  return {
    page,
    problems,
    async fitsTheWindow() {
      const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
      await expect.poll(() => page.evaluate(fits)).toBe(true);
    },
    async picture(name) {
      mkdirSync(pictures, { recursive: true });
      const file = `${name}-${language}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(pictures, file), fullPage: true });
    },
  };
}

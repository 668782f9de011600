/**
 * `npm run pictures`: the pictures of the lab in the READMEs, in both languages, light and dark. It starts a lab on free
 * ports, opens one exchange of the wire in Chromium, chooses a byte, and keeps what the page shows of it.
 */
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { hasBrowser, launchOptions } from '../../../scripts/for-tests/browser.ts';
import { Lab } from '../src/lab.ts';
import type { Language } from '../src/text.ts';

/** Of the first exchange: the value of Content-Length, on which all of request smuggling hangs. */
const BYTE = 'server/111';
/** CSS pixels: the narrowest window that has the explanation beside the bytes. */
const WINDOW = { width: 1120, height: 900 };
const MARGIN = 20;
/** Device pixels for each of those: a README is narrower than the window. */
const SCALE = 0.8;
/** More would weigh too much in a clone. */
const MOST_BYTES = 150_000;

type Scheme = 'light' | 'dark';

async function take(browser: Browser, lab: Lab, language: Language, colorScheme: Scheme): Promise<void> {
  const page = await browser.newPage({ viewport: WINDOW, colorScheme, deviceScaleFactor: SCALE });
  await page.goto(`${lab.origin}/${language}/wire`);
  const byte = page.locator(`[id="${BYTE}"]`);
  // Only when the script has taken the page over is a byte chosen by a click.
  while ((await byte.getAttribute('aria-current')) !== 'true') await byte.click();
  await page.mouse.move(0, 0);
  await page.evaluate('scrollTo(0, 0)'); // the clip counts from the top of the page, the box from that of the window
  const box = await page.locator('.desk').boundingBox();
  if (box === null) throw new Error('the page has no .desk');
  const path = join(import.meta.dirname, `wire-${language}-${colorScheme}.png`);
  const clip = {
    x: box.x - MARGIN,
    y: box.y - MARGIN,
    width: box.width + 2 * MARGIN,
    height: box.height + 2 * MARGIN,
  };
  await page.screenshot({ path, clip, fullPage: true });
  await page.close();
  const { size } = statSync(path);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MOST_BYTES}`);
  process.stdout.write(`${relative('', path)}, ${Math.round(size / 1000)} kB\n`);
}

if (!hasBrowser) throw new Error('no Chromium: the environment variable CHROMIUM may name one');
const lab = await Lab.start({ host: '127.0.0.1', port: 0, echoPort: 0, tickerPort: 0 });
const browser = await chromium.launch(launchOptions);
try {
  for (const language of ['en', 'ko'] as const)
    for (const scheme of ['light', 'dark'] as const) await take(browser, lab, language, scheme);
} finally {
  await browser.close();
  await lab.destroy();
}

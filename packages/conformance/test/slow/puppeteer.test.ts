// puppeteer drives Chromium through a WebSocket of `ws`, which it imports: here through one of `ws-mini/ws` in its place, and
// through `ws` itself, to see the same.

import { join } from 'node:path';
import * as puppeteer from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';
import { loadWith } from '../../../../scripts/for-tests/in-place-of.ts';

const root = join(import.meta.dirname, '../..');
const WAYS: readonly [name: string, load: () => Promise<typeof puppeteer>][] = [
  ['ws', async () => puppeteer],
  ['ws-mini/ws', () => loadWith(root, 'puppeteer-core', 'ws', 'ws-mini/ws')],
];

describe.skipIf(!hasBrowser).each(WAYS)('%s', (_, load) => {
  test('a page is opened, asked, watched, photographed and closed', async () => {
    const { connect, launch } = await load();
    const browser = await launch({ ...launchOptions, headless: true });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.setViewport({ width: 800, height: 600 });

    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.exposeFunction('add', (a: number, b: number) => a + b);
    await page.setRequestInterception(true);
    page.on('request', (request) =>
      request.respond({
        contentType: 'text/html; charset=utf-8',
        body: `<title>쪽</title><p>${request.url()}`,
      }),
    );
    await page.goto('https://example.org/path');
    expect(await page.title()).toBe('쪽');
    expect(await page.$eval('p', (p) => p.textContent)).toBe('https://example.org/path');
    expect(await page.evaluate('console.log("from the page"), add(1, 2)')).toBe(3);
    expect(said).toEqual(['from the page']);

    // Messages of megabytes, both ways.
    const long = 'x한'.repeat(1_000_000);
    expect(await page.evaluate((text) => text + text.length, long)).toBe(`${long}${long.length}`);
    const picture = await page.screenshot({ type: 'png' });
    expect(Buffer.from(picture).subarray(1, 4).toString()).toBe('PNG');

    // Many questions at once, each with its own answer.
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => page.evaluate(`${i} * 2`)));
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => i * 2));

    const again = await connect({ browserWSEndpoint: browser.wsEndpoint() });
    expect((await again.pages()).map((page) => page.url())).toContain('https://example.org/path');
    await again.disconnect();
    await expect(again.version()).rejects.toThrow();

    const gone = new Promise<void>((resolve) => browser.once('disconnected', () => resolve()));
    await browser.close();
    await gone;
    expect(browser.connected).toBe(false);
  });
});

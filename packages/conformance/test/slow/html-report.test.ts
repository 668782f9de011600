// The HTML report in a browser, with a script and without.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';
import { format, HTML, hostile } from '../html-report-results.ts';

/** The least contrast of any text with what is behind it (WCAG 2, 1.4.3), as source text, since the types here are Node's. */
const LEAST_CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const luminance = (color) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (part) => {
    for (; part; part = part.parentElement)
      if (getComputedStyle(part).backgroundColor !== 'rgba(0, 0, 0, 0)') return getComputedStyle(part).backgroundColor;
  };
  return Math.min(...[...document.querySelectorAll('body *')].map((part) => {
    const [a, b] = [luminance(getComputedStyle(part).color), luminance(behind(part))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
})()`;

describe.skipIf(!hasBrowser)('in Chromium', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function open(html: string, options: BrowserContextOptions = {}): Promise<Page> {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    const page = await browser.newPage(options);
    page.setDefaultTimeout(0);
    onTestFinished(() => page.close());
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => request.url().startsWith('http') && problems.push(request.url()));
    onTestFinished(() => expect(problems).toEqual([]));
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  const shown = async (page: Page): Promise<string[]> => {
    const headings = await page.locator('article:not([hidden]) h3 > a').allTextContents();
    expect(await page.locator('output').textContent()).toBe(`${headings.length} probes`);
    return headings;
  };

  test('the filter: by difference, failure, level, family and words, from the keyboard', async () => {
    const page = await open(HTML);
    expect(await shown(page)).toHaveLength(7);
    await page.getByLabel('Show').selectOption('where they differ');
    expect(await shown(page)).toEqual(['recover/a', 'host/b', 'framing/a']);
    await page.getByLabel('Show').selectOption('not held');
    expect(await shown(page)).toEqual(['host/b', 'framing/a', 'utf8/b']);
    await page.getByLabel('Show').selectOption('failed');
    expect(await shown(page)).toEqual(['framing/a']);
    expect(await page.getByRole('row', { name: 'without Host' }).isVisible()).toBe(false);
    await page.getByLabel('Show').selectOption('all probes');
    await page.getByLabel('Level').selectOption('may');
    expect(await shown(page)).toEqual(['recover/a']);
    await page.getByLabel('Level').selectOption('any');
    await page.getByLabel('Family').selectOption('WebSocket servers');
    expect(await shown(page)).toEqual(['utf8/a', 'utf8/b']);
    expect(await page.locator('#http-server').isVisible()).toBe(false);
    await page.getByLabel('Family').selectOption('all');
    await page.locator('h1').click();
    await page.keyboard.type('/9112/3.2 HOST');
    expect(await shown(page)).toEqual(['host/a', 'host/b', 'host/c']);
  });

  test('a cell opens the worst of its results, even one that the filter hides', async () => {
    const page = await open(HTML);
    const bytes = page.locator('[id="http-server/host/b/2"] .wire');
    expect(await bytes.isVisible()).toBe(false);
    await page.getByRole('link', { name: '1/2 ✗' }).focus();
    await page.keyboard.press('Enter');
    await bytes.waitFor({ state: 'visible' });
    await page.getByLabel('Show').selectOption('failed');
    expect(await bytes.isVisible()).toBe(false);
    await page.evaluate('location.hash = "http-server/host/a/2"');
    await page.locator('[id="http-server/host/a/2"] .wire').waitFor({ state: 'visible' });
    expect(await shown(page)).toHaveLength(7);
  });

  test('without a script all is there, and opens from the keyboard; no filter that would do nothing', async () => {
    const page = await open(HTML, { javaScriptEnabled: false });
    expect(await page.locator('#filter').isVisible()).toBe(false);
    const bytes = page.locator('[id="http-server/host/b/2"] .wire');
    for (const name of ['RFC 9112 3.2 · 3 probes', 'known fault peer 1.2']) {
      await page.locator('summary', { hasText: name }).focus();
      await page.keyboard.press('Enter');
    }
    await bytes.waitFor({ state: 'visible' });
  });

  test('hostile bytes do nothing', async () => {
    const page = await open(format([hostile('a/a', 'broken')]));
    expect(await page.title()).toBe('Conformance, clause by clause');
    expect(await page.locator('img').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)(
    '%s: every text can be read, on a narrow screen too',
    async (colorScheme) => {
      const page = await open(HTML, { colorScheme, viewport: { width: 360, height: 740 } });
      await page.evaluate('document.querySelectorAll("details").forEach((part) => (part.open = true))');
      expect(await page.evaluate(LEAST_CONTRAST)).toBeGreaterThanOrEqual(4.5);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    },
  );
});

// The page in a real browser: the ticker moves, the table fills, and the button measures again.
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser, launchOptions } from '../../../../scripts/for-tests/browser.ts';
import { startLab } from '../support.ts';

const count = async (page: Page) => Number(await page.locator('#count').textContent());

describe.skipIf(!hasBrowser)('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
  });
  afterAll(() => browser.close());

  async function openPage(options = {}) {
    const lab = await startLab({ updates: 5, interval: 20, pollInterval: 20, ...options });
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    onTestFinished(() => page.close());
    await page.goto(`${lab.origin}/`);
    return { lab, page, problems };
  }

  test('shows a ticker that moves, and fills the table when asked, by keyboard', async () => {
    const { lab, page, problems } = await openPage();
    await expect.poll(() => count(page)).toBeGreaterThan(3);
    expect(await page.locator('#spark polyline').getAttribute('points')).toMatch(/^[\d.]+,[\d.]+ /);

    const button = page.getByRole('button', { name: 'Measure again' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByText('counted to the last byte').waitFor();
    const { results } = await lab.compare(); // a second one; the page follows it
    const requests = Object.values(results).map((result) => `${result.requests}`);
    await expect
      .poll(() =>
        page
          .getByRole('row', { name: /^requests/ })
          .locator('td')
          .allTextContents(),
      )
      .toEqual(requests);
    expect(await page.locator('#ages circle').count()).toBe(
      Object.values(results).reduce((total, { ages }) => total + ages.length, 0),
    );
    expect(await page.locator('data:text-is("–")').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('fits a narrow screen without scrolling sideways', async () => {
    const { lab, page } = await openPage();
    await lab.compare();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByText('counted to the last byte').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  test('says when the lab is gone', async () => {
    const { lab, page } = await openPage();
    await expect.poll(() => count(page)).toBeGreaterThan(0);
    await lab.close();
    await page.getByText('The lab is not running').waitFor();
    expect(await page.getByRole('button', { name: 'Measure again' }).isDisabled()).toBe(true);
  });
});

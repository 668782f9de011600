// The front page in a real browser, and what all pages share: languages, a lost connection, many tabs.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { portOf, startLab } from '../support.ts';
import { describeInBrowser, LOOKS, openPage } from './page.ts';

const count = async (page: Page) => Number(await page.locator('figcaption data').getAttribute('value'));
const movesBeyond = (page: Page, number: number) =>
  expect.poll(() => count(page), { timeout: 60_000 }).toBeGreaterThan(number);

describeInBrowser('the front page', () => {
  test.each(LOOKS)(
    'has a ticker that moves and every part: %s, %d px, %s',
    async (language, width, colorScheme) => {
      const lab = await startLab({ interval: 5 });
      const { page, problems, fitsTheWindow, picture } = await openPage(lab, '', {
        language,
        width,
        colorScheme,
      });
      await movesBeyond(page, 3);
      await expect.poll(() => page.locator('polyline').getAttribute('points')).toMatch(/^[\d.]+,[\d.]+ /);
      await movesBeyond(page, 200);
      const parts = await page.locator('.contents a').allTextContents();
      expect(parts).toEqual(lab.parts.map(({ title }) => title[language]));
      await fitsTheWindow();
      await picture('front');
      expect(problems).toEqual([]);
    },
  );

  test('leads to the same page in the other language, with its question', async () => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'ways?a=1');
    await page.getByRole('link', { name: '한국어' }).click();
    await page.waitForURL(`${lab.origin}/ko/ways?a=1`);
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('ko');
    await page.getByRole('link', { name: 'English' }).click();
    await page.waitForURL(`${lab.origin}/en/ways?a=1`);
    expect(problems).toEqual([]);
  });

  test('reads without a script', async () => {
    const lab = await startLab();
    const { page } = await openPage(lab, '', { javaScript: false });
    await expect.poll(() => page.locator('.contents li').count()).toBe(lab.parts.length);
  });

  test.each([
    ['en', 'The lab is not running; minis lab brings it back'],
    ['ko', 'lab이 실행되고 있지 않습니다. 터미널에서 minis lab 명령으로'],
  ] as const)('says when the lab is gone, and goes on when it is back: %s', async (language, words) => {
    const lab = await startLab({ call: 'minis lab' });
    const port = portOf(lab.origin);
    const { page } = await openPage(lab, '', { language });
    await movesBeyond(page, 0);
    await lab.close();
    await page.getByText(words).waitFor();
    const before = await count(page);
    await startLab({ port });
    await movesBeyond(page, before);
    await expect.poll(() => page.getByText(words).count()).toBe(0);
  });
});

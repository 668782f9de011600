// The uses in a real browser: two tabs that hear each other, pictures that change, a paddle that moves.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Language } from '../../src/text.ts';
import { startLab } from '../support.ts';
import { describeInBrowser, openPage } from './page.ts';

const languages: Language[] = ['en', 'ko'];
const toPage = (page: Page) => page.locator('tr.page td').nth(1);

describeInBrowser('the uses', () => {
  test.for(languages)('chat: one tab hears the other, and sees the frames: %s', async (language) => {
    const lab = await startLab();
    const one = await openPage(lab, 'uses?open=chat', { language });
    const other = await openPage(lab, 'uses?open=chat', { language, width: 360 });
    await other.page.locator('.chat').getByText('guest 2 comes in').waitFor();
    await other.page.locator('input').fill('안녕');
    await other.page.keyboard.press('Enter');
    await one.page.locator('.chat').getByText('guest 2: 안녕').waitFor();
    await one.page.locator('.crossings li', { hasText: 'text' }).first().waitFor();
    await one.picture('uses-chat');
    await other.fitsTheWindow();
    expect([...one.problems, ...other.problems]).toEqual([]);
  });

  test('ticker: bytes come, and none go', async () => {
    const { page, problems } = await openPage(await startLab(), 'uses?open=ticker');
    await expect.poll(async () => Number(await toPage(page).textContent())).toBeGreaterThan(20);
    await expect.poll(() => page.locator('tr.server td').nth(1).textContent()).toBe('0');
    expect(problems).toEqual([]);
  });

  test.for(languages)('video: pictures by both ways: %s', async (language) => {
    const { page, problems, picture, fitsTheWindow } = await openPage(await startLab(), 'uses?open=video', {
      language,
      width: 360,
    });
    const isDrawn =
      'document.querySelector("canvas").getContext("2d").getImageData(0, 0, 1, 1).data[3] === 255';
    await expect.poll(() => page.evaluate(isDrawn)).toBe(true);
    await expect.poll(() => page.evaluate('document.querySelector(".videos img").naturalWidth')).toBe(160);
    await expect
      .poll(async () => Number(await page.locator('tr.response td').first().textContent()))
      .toBeGreaterThan(1);
    await picture('uses-video');
    await fitsTheWindow();
    expect(problems).toEqual([]);
  });

  test('game: a key moves the paddle in the other tab', async () => {
    const lab = await startLab();
    const left = await openPage(lab, 'uses?open=game');
    await left.page.getByText('You play on the left').waitFor();
    const right = await openPage(lab, 'uses?open=game', { language: 'ko', width: 360, colorScheme: 'dark' });
    await right.page.getByText('오른쪽에서').waitFor();
    const place = () => right.page.locator('.field rect').first().getAttribute('y');
    const before = await place();
    await left.page.keyboard.press('ArrowDown');
    await expect.poll(place).not.toBe(before);
    await left.picture('uses-game');
    await right.picture('uses-game');
    expect([...left.problems, ...right.problems]).toEqual([]);
  });

  test('without a script the list is read', async () => {
    const { page } = await openPage(await startLab(), 'uses', { javaScript: false, language: 'ko' });
    await expect.poll(() => page.locator('.contents li').count()).toBe(4);
  });
});

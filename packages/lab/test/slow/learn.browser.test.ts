// The ladder in a real browser: a rung runs where one reads, a prediction stands beside its answer, and all of it is there without a script.
import { TRACKS } from 'learn/ladder';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startLab } from '../support.ts';
import { describeInBrowser, LOOKS, openPage } from './page.ts';

const rungs = Object.values(TRACKS).flatMap(({ rungs }) => rungs);
const WORDS = {
  en: {
    run: 'Run it on rungs 1 and 2',
    answer: 'Let rung 4 answer',
    hint: 'A hint',
    said: 'You: 6 Rung 4: 5',
  },
  ko: {
    run: '1단계와 2단계에서 실행',
    answer: '4단계를 실행해 확인',
    hint: '힌트',
    said: '예상: 6 4단계: 5',
  },
};
/** A process has to start, perhaps beside many others. */
const LONG = 120_000;
const scrolled = (page: Page) => page.evaluate<number>('scrollY');

describeInBrowser('the ladder', () => {
  test.each(LOOKS)(
    'runs a rung where one reads, by keyboard: %s, %d px, %s',
    async (language, width, colorScheme) => {
      const lab = await startLab();
      const { page, problems, fitsTheWindow } = await openPage(lab, 'learn', {
        language,
        width,
        colorScheme,
      });
      const words = WORDS[language];
      expect(await page.locator('section.rung').count()).toBe(rungs.length);
      await page.locator('form[data-live]').first().waitFor(); // until then a run is a form that is sent

      const head = page.locator('#http-2');
      await head.getByRole('button', { name: words.run }).focus();
      const before = await scrolled(page);
      await page.keyboard.press('Enter');
      await head.locator('.talk').nth(1).waitFor({ timeout: LONG });
      expect(await scrolled(page)).toBe(before);
      // Rung 1 answers half a head, which is what is said above.
      const below = head.locator('.talk').first();
      expect(await below.locator('.text').allTextContents()).toContain('HTTP/1.1␣200␣OK·');
      await below.locator('.hex a').first().focus();
      await page.keyboard.press('ArrowRight');
      expect(await below.locator('.meaning').textContent()).toContain('GET');

      const ends = page.locator('#tcp-4');
      await ends.getByRole('textbox').fill('6');
      await page.keyboard.press('Enter');
      await ends.getByText(words.said).waitFor({ timeout: LONG });

      const hint = head.locator('summary', { hasText: words.hint }).first();
      expect(await head.locator('.goals p').first().isVisible()).toBe(false);
      await hint.focus();
      await page.keyboard.press('Enter');
      expect(await head.locator('.goals p').first().isVisible()).toBe(true);
      expect(new URL(page.url()).search).toBe('');
      await fitsTheWindow();
      expect(problems).toEqual([]);
    },
  );

  test.each(['en', 'ko'] as const)('reads without a script, and a form runs a rung: %s', async (language) => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'learn#tcp-4', { language, javaScript: false });
    const words = WORDS[language];
    const ends = page.locator('#tcp-4');
    expect((await ends.boundingBox())!.y).toBeLessThan(900);
    expect(await page.locator('.difference').count()).toBe(rungs.length - Object.keys(TRACKS).length);
    await ends.getByRole('textbox').fill('6');
    await ends.getByRole('button', { name: words.answer }).click();
    await ends.getByText(words.said).waitFor({ timeout: LONG });
    expect(page.url()).toBe(`${lab.origin}/${language}/learn?predict=tcp-4&guess=6#tcp-4`);
    expect((await ends.boundingBox())!.y).toBeLessThan(900);
    expect(problems).toEqual([]);
  });
});

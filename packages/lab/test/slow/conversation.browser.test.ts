// The conversation in a real browser: step by step by button and by key, another conversation, and without a script.
import { expect, test } from 'vitest';
import type { Language } from '../../src/text.ts';
import { startLab } from '../support.ts';
import { describeInBrowser, openPage } from './page.ts';

const NEXT = { en: 'Next step', ko: '다음 단계' };
const HTTP_KEPT = { en: 'HTTP on a kept connection', ko: '연결을 유지하는 HTTP' };
const FIELD_BY_FIELD = { en: 'Its bytes, field by field', ko: '오간 바이트를 필드별로 보기' };

describeInBrowser('the conversation', () => {
  test.for<Language>(['en', 'ko'])('goes step by step, and records another: %s', async (language) => {
    const lab = await startLab();
    const { page, problems, picture } = await openPage(lab, 'conversation', { language });
    const step = page.locator('.step h3 code');
    await expect.poll(() => step.textContent()).toMatch(/^socket\(/);
    await page.getByRole('button', { name: NEXT[language] }).click();
    await expect.poll(() => step.textContent()).toMatch(/^bind\(/);
    await page.keyboard.press('ArrowUp'); // the focus is still on the button
    await expect.poll(() => step.textContent()).toMatch(/^socket\(/);
    await page.keyboard.press('ArrowDown');
    await page.locator('.lanes [aria-current]').focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => step.textContent()).toMatch(/^listen\(/);
    await expect.poll(() => page.locator('.lanes button:focus').textContent()).toContain('listen(');
    await page.locator('.lanes button', { hasText: '101' }).last().click();
    await expect.poll(() => page.locator('.step .names').textContent()).toContain('101 Switching Protocols');
    await expect.poll(() => page.locator('.step .bytes').textContent()).toContain('48');
    await picture('conversation');

    await page.getByRole('link', { name: HTTP_KEPT[language] }).click();
    await expect
      .poll(() => page.locator('.lanes button').allTextContents())
      .toContainEqual(expect.stringContaining('GET /2'));
    expect(page.url()).not.toContain('show='); // recorded over the page's WebSocket
    await page.getByRole('link', { name: FIELD_BY_FIELD[language] }).click();
    await page.waitForURL('**/wire?**');
    await expect.poll(() => page.locator('main').textContent()).toContain('GET /2');
    expect(problems).toEqual([]);
  });

  test.for<Language>(['en', 'ko'])('fits a narrow screen: %s', async (language) => {
    const lab = await startLab();
    const { page, fitsTheWindow, picture, problems } = await openPage(lab, 'conversation', {
      language,
      width: 360,
    });
    await page.locator('.lanes button', { hasText: 'GET /' }).first().click();
    await picture('conversation');
    await fitsTheWindow();
    expect(problems).toEqual([]);
  });

  test('without a script it is read in words, and the links record', async () => {
    const lab = await startLab();
    const { page } = await openPage(lab, 'conversation', { javaScript: false });
    await page.getByRole('link', { name: HTTP_KEPT.en }).click();
    await page.getByText('All steps in words').click();
    await expect.poll(() => page.locator('.steps li').count()).toBe(await page.locator('.lanes li').count());
    await expect.poll(() => page.locator('.steps').textContent()).toContain('GET /2');
  });
});

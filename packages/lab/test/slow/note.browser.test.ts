// The note in a real browser: an experiment runs where one reads, by keyboard, and without a script by a form.
import type { Page, WebSocketRoute } from 'playwright-core';
import { expect, test } from 'vitest';
import { statements } from '../../src/note/statements.ts';
import { startLab } from '../support.ts';
import { describeInBrowser, LOOKS, openPage } from './page.ts';

const WORDS = {
  en: { run: 'Run it here and now', again: 'Run it again', bearsOut: 'This bears out what is said above.' },
  ko: { run: '지금 여기서 실행', again: '다시 실행', bearsOut: '위에서 말한 대로입니다.' },
};

/** With a table, with descriptors, with calls by Python, and one like many. */
const lines = ['closes-at-once', 'no-real-time', 'accept-returns', 'bind'];

const scrolled = (page: Page) => page.evaluate<number>('scrollY');

describeInBrowser('the note', () => {
  test.each(LOOKS)(
    'runs an experiment where one reads: %s, %d px, %s',
    async (language, width, colorScheme) => {
      const lab = await startLab();
      const { page, problems, fitsTheWindow, picture } = await openPage(lab, 'note', {
        language,
        width,
        colorScheme,
      });
      const words = WORDS[language];
      await expect.poll(() => page.locator('section.line').count()).toBe(statements.length);
      await page.locator('form[data-live]').first().waitFor(); // until then a run is a form that is sent
      for (const id of lines) {
        const line = page.locator(`#${id}`);
        const button = line.getByRole('button', { name: words.run });
        await button.focus();
        const before = await scrolled(page);
        await page.keyboard.press('Enter');
        await line.getByText(words.bearsOut).waitFor();
        await line.getByRole('button', { name: words.again }).waitFor();
        await expect.poll(() => line.locator('.steps li').count()).toBeGreaterThan(0);
        expect(await scrolled(page)).toBe(before);
        await expect.poll(() => page.evaluate(`document.activeElement.closest('section').id`)).toBe(id);
      }
      expect(new URL(page.url()).search).toBe('');
      await page.locator('summary').first().focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('details[open] .bytes').first().isVisible()).toBe(true);
      await fitsTheWindow();
      await picture('note');
      expect(problems).toEqual([]);
    },
  );

  test('what a lost connection has asked for is under way no more, once it is back', async () => {
    const { page } = await openPage(await startLab(), 'note');
    const connections: WebSocketRoute[] = [];
    await page.routeWebSocket(/note\/live$/, (connection) => void connections.push(connection)); // answers nothing
    await page.reload();
    await page.locator('form[data-live]').first().waitFor();
    const line = page.locator(`#${lines[0]}`);
    await line.getByRole('button', { name: WORDS.en.run }).click();
    await line.getByRole('button', { name: 'running' }).waitFor();
    await connections[0]!.close();
    await expect.poll(() => connections.length).toBe(2);
    await line.locator('form[data-live]').waitFor();
    expect(await line.getByRole('button').textContent()).toBe(WORDS.en.run);
  });

  test('why the lab has ended a connection is said until something new comes', async () => {
    const { page } = await openPage(await startLab(), 'note');
    const reason = 'a message here is JSON';
    let connections = 0;
    await page.routeWebSocket(/note\/live$/, (connection) => {
      if (++connections > 1) connection.connectToServer();
      else connection.onMessage(() => void connection.close({ code: 1008, reason }));
    });
    await page.reload();
    await page.locator('form[data-live]').first().waitFor();
    const button = page.locator('#both-ends').getByRole('button');
    await button.click();
    const notice = page.getByText(`The lab has ended the connection: ${reason}.`);
    await notice.waitFor();
    await expect.poll(() => connections).toBe(2);
    await page.locator('form[data-live]').first().waitFor();
    expect(await notice.count()).toBe(1);
    await button.click();
    await page.locator('#both-ends').getByText(WORDS.en.bearsOut).waitFor();
    expect(await notice.count()).toBe(0);
  });

  test.each(['en', 'ko'] as const)(
    'without a script a form brings the result to its line: %s',
    async (language) => {
      const lab = await startLab();
      const { page, problems } = await openPage(lab, 'note', { language, javaScript: false });
      const words = WORDS[language];
      const line = page.locator('#both-ends');
      await line.getByRole('button', { name: words.run }).click();
      await line.getByText(words.bearsOut).waitFor();
      expect(page.url()).toBe(`${lab.origin}/${language}/note?run=both-ends#both-ends`);
      expect((await line.boundingBox())!.y).toBeLessThan(900);
      await expect.poll(() => line.locator('.steps').textContent()).toContain('ECONNREFUSED');
      expect(problems).toEqual([]);
    },
  );

  test('each line has a link to itself', async () => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'note#listen');
    const line = page.locator('#listen');
    expect((await line.boundingBox())!.y).toBeLessThan(900);
    await line.locator('a.number').focus();
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe('#listen');
    expect(problems).toEqual([]);
  });
});

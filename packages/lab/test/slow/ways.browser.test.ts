// The comparison in a real browser: the table fills when asked, by keyboard, and follows every measurement.
import { expect, test } from 'vitest';
import { startLab } from '../support.ts';
import { describeInBrowser, openPage } from './page.ts';

const WORDS = {
  en: { measure: 'Measure', done: 'counted to the last byte', requests: /^requests/ },
  ko: { measure: '측정', done: '마지막 바이트까지 세었습니다', requests: /^요청/ },
};

describeInBrowser('the ways', () => {
  test.each(['en', 'ko'] as const)(
    'measure when asked, by keyboard, and show every measurement: %s',
    async (language) => {
      const lab = await startLab({ updates: 5, interval: 20, pollInterval: 20 });
      const { page, problems, picture, scrollsSideways } = await openPage(lab, 'ways', { language });
      const button = page.getByRole('button', { name: WORDS[language].measure });
      await expect.poll(() => button.isEnabled(), { timeout: 60_000 }).toBe(true);
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByText(WORDS[language].done).waitFor();
      const { results } = await lab.ways.compare(); // a second one; the page follows it
      const requests = Object.values(results).map((result) => `${result.requests}`);
      const row = page.getByRole('row', { name: WORDS[language].requests });
      await expect.poll(() => row.locator('td').allTextContents(), { timeout: 60_000 }).toEqual(requests);
      expect(await page.locator('.ages circle').count()).toBe(
        Object.values(results).reduce((total, { ages }) => total + ages.length, 0),
      );
      await picture('ways');
      await page.setViewportSize({ width: 390, height: 740 });
      expect(await scrollsSideways()).toBe(false);
      expect(problems).toEqual([]);
    },
  );

  test('show what was measured before the page was opened, without a script too', async () => {
    const lab = await startLab({ updates: 3 });
    const { results } = await lab.ways.compare();
    const { page } = await openPage(lab, 'ways', { javaScript: false });
    const cells = await page
      .getByRole('row', { name: /^bytes received/ })
      .locator('td')
      .allTextContents();
    expect(cells.map((cell) => Number(cell.replace(',', '')))).toEqual(
      Object.values(results).map(({ received }) => received),
    );
  });
});

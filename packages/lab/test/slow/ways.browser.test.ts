// The seven ways in a real browser: run by keyboard, seen as it goes, stopped, shown again, and without a script.
import { expect, test } from 'vitest';
import { WAY_KEYS } from '../../src/ways/names.ts';
import type { Ways } from '../../src/ways/part.ts';
import { startLab } from '../support.ts';
import { describeInBrowser, openPage } from './page.ts';

const WORDS = {
  en: {
    run: 'Run',
    stop: 'Stop',
    done: 'counted to the last byte',
    stopped: 'Stopped before its end',
    received: /^bytes received/,
    updates: 'updates',
    says: 'Beyond the update itself',
  },
  ko: {
    run: '실행',
    stop: '중지',
    done: '마지막 바이트까지 세었습니다',
    stopped: '끝나기 전에 중지했습니다',
    received: /^받은 바이트/,
    updates: '업데이트',
    says: '업데이트 하나에 내용 말고',
  },
};
const patience = { timeout: 60_000 };

async function start() {
  const lab = await startLab();
  return { lab, ways: lab.parts.find(({ path }) => path === 'ways') as Ways };
}

/** What the server has of the last run. */
function lastRun(ways: Ways) {
  return ways.state('en', new URLSearchParams()).comparison!;
}

describeInBrowser('the seven ways', () => {
  test.each(['en', 'ko'] as const)('run by keyboard, and seen as they go: %s', async (language) => {
    const words = WORDS[language];
    const { lab, ways } = await start();
    const { page, problems, picture, fitsTheWindow } = await openPage(lab, 'ways?seconds=1', { language });
    const run = page.getByRole('button', { name: words.run, exact: true });
    await expect.poll(() => run.isEnabled(), patience).toBe(true);
    const slider = page.getByRole('slider', { name: words.updates, exact: true });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toContain('50');
    await run.focus();
    await page.keyboard.press('Enter');
    await page.getByText(words.done).waitFor(patience);
    const { settings, results } = lastRun(ways);
    expect(settings).toMatchObject({ rate: 50, seconds: 1 });
    const cells = page.getByRole('row', { name: words.received }).locator('td');
    const received = WAY_KEYS.map((key) => results[key]!.received.toLocaleString('en'));
    await expect.poll(() => cells.allTextContents(), patience).toEqual(received);
    await expect
      .poll(() => page.locator('.ages circle').count())
      .toBe(WAY_KEYS.reduce((total, key) => total + results[key]!.ages.length, 0));
    await page.getByText(words.says).waitFor();
    const lines = page.locator('.plot polyline');
    await expect.poll(() => lines.count()).toBe(WAY_KEYS.length);
    const legend = page.locator('.legend button').first();
    await legend.click();
    await expect.poll(() => lines.count()).toBe(WAY_KEYS.length - 1);
    await legend.click();
    await picture('ways');
    await page.setViewportSize({ width: 360, height: 740 });
    await fitsTheWindow();
    expect(problems).toEqual([]);
  });

  test('a run is seen by every page, and stopped by any; what is too much is not begun', async () => {
    const words = WORDS.en;
    const { lab, ways } = await start();
    const one = await openPage(lab, 'ways?seconds=10');
    const other = await openPage(lab, 'ways');
    const run = one.page.getByRole('button', { name: words.run, exact: true });
    await expect.poll(() => run.isEnabled(), patience).toBe(true);
    await run.click();
    const stop = other.page.getByRole('button', { name: words.stop });
    await expect.poll(() => stop.isEnabled(), patience).toBe(true);
    await stop.click();
    for (const { page } of [one, other]) await page.getByText(words.stopped).waitFor(patience);
    expect(lastRun(ways).state).toBe('stopped');
    await one.page.getByRole('slider', { name: words.updates, exact: true }).fill('9');
    await one.page.getByRole('slider', { name: 'clients' }).fill('5');
    await one.page.getByText('50,000; 4,000 is the most').waitFor();
    await expect.poll(() => run.isDisabled()).toBe(true);
    expect([...one.problems, ...other.problems]).toEqual([]);
  });

  test('what was run before the page was opened is there, without a script too', async () => {
    const { lab, ways } = await start();
    const { page } = await openPage(lab, 'ways?seconds=1&loss=5&delay=20');
    const run = page.getByRole('button', { name: WORDS.en.run, exact: true });
    await expect.poll(() => run.isEnabled(), patience).toBe(true);
    await run.click();
    await page.getByText(WORDS.en.done).waitFor(patience);
    const { results } = lastRun(ways);
    for (const width of [1280, 360]) {
      const still = await openPage(lab, 'ways', { javaScript: false, width, colorScheme: 'dark' });
      const cells = await still.page
        .getByRole('row', { name: WORDS.en.received })
        .locator('td')
        .allTextContents();
      expect(cells).toEqual(WAY_KEYS.map((key) => results[key]!.received.toLocaleString('en')));
      await expect.poll(() => still.page.locator('.plot polyline').count()).toBe(7);
      await still.fitsTheWindow();
      await still.picture('ways-still');
    }
  });
});

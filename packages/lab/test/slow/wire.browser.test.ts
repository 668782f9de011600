// The page of the wire in a real browser: bytes are chosen and changed, cut, pasted, linked to, and watched live.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startLab } from '../support.ts';
import { describeInBrowser, LOOKS, openPage } from './page.ts';

const chosen = (page: Page) => page.locator('.chosen');
/** Resolves when the script has taken the page over: only then is there an answer to a click. */
const byte = async (page: Page, side: 'client' | 'server', offset: number) => {
  const cell = page.locator(`[id="${side}/${offset}"]`);
  await expect
    .poll(async () => {
      await cell.click();
      return cell.getAttribute('aria-current');
    })
    .toBe('true');
  return cell;
};
const events = (page: Page) =>
  page
    .locator('.events li')
    .evaluateAll((items) =>
      items.map((item) => `${item.firstChild?.textContent}${item.querySelector('q')?.textContent}`),
    );

describeInBrowser('the wire', () => {
  test.each(LOOKS)(
    'explains, and reads a changed byte anew: %s, %d px, %s',
    async (language, width, colorScheme) => {
      const lab = await startLab();
      const { page, problems, fitsTheWindow, picture } = await openPage(lab, 'wire', {
        language,
        width,
        colorScheme,
      });
      await byte(page, 'client', 0);
      await expect.poll(() => chosen(page).textContent()).toContain('method');
      // By keyboard: to the next row, and on to the colon after Host.
      for (const key of ['ArrowDown', ...Array<string>(4).fill('ArrowRight')]) await page.keyboard.press(key);
      await expect.poll(() => chosen(page).textContent()).toContain('colon');
      await expect.poll(() => page.evaluate('location.hash')).toBe('#client/20');
      await picture('wire');
      // As in an editor of bytes.
      await page.keyboard.press('Insert');
      await page.keyboard.press('2');
      await page.keyboard.press('0');
      const broken = page.locator('.broken');
      await broken.waitFor();
      await expect.poll(() => broken.textContent()).toMatch(/whitespace-before-colon.*RFC 9112 5\.1.*20/);
      await expect.poll(() => page.locator('.verdict').textContent()).toContain('whitespace-before-colon');
      await expect.poll(() => page.locator('.answer').textContent()).toContain('HTTP/1.1 400 Bad Request');
      await fitsTheWindow();
      await picture('wire-broken');
      await page.getByRole('button', { name: /Undo|되돌리기/ }).click();
      await expect.poll(() => broken.count()).toBe(0);
      expect(problems).toEqual([]);
    },
  );

  test('a bit is switched, and the server closes', async () => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'wire?exchange=ws-text');
    await byte(page, 'client', 1);
    await page.getByRole('button', { name: '1, bit 0' }).click();
    await page.locator('.broken', { hasText: 'frame-not-masked' }).waitFor();
    expect(problems).toEqual([]);
  });

  test('a Korean letter, typed in steps, replaces the byte once', async () => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'wire?exchange=ws-close', { language: 'ko' });
    await byte(page, 'server', 4);
    await page.locator('.edit input[name=text]').focus();
    const keyboard = await page.context().newCDPSession(page);
    for (const text of ['ㅇ', '아', '안'])
      await keyboard.send('Input.imeSetComposition', { text, selectionStart: 1, selectionEnd: 1 });
    await keyboard.send('Input.insertText', { text: '안' });
    await expect.poll(() => page.locator('.hex').nth(1).textContent()).toBe('880503e8ec95887965');
    expect(problems).toEqual([]);
  });

  test.each(['en', 'ko'] as const)('events are the same for every cut: %s', async (language) => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'wire?exchange=http-keep', { language });
    await byte(page, 'client', 0);
    const before = await events(page);
    expect(before.length).toBe(9);
    const pieces = await page.locator('svg.passages rect').count();
    await page.locator('input[type=range]').fill('3');
    await expect.poll(() => page.locator('svg.passages rect').count()).toBeGreaterThan(pieces);
    await expect.poll(() => events(page)).toEqual(before);
    expect(problems).toEqual([]);
  });

  test('a link to changed bytes shows the same again, without a script too', async () => {
    const lab = await startLab();
    const { page } = await openPage(lab, 'wire?exchange=ws-close');
    await byte(page, 'client', 0);
    await page.locator('.edit input[name=hex]').fill('8b');
    await page.locator('.broken', { hasText: 'opcode-unknown' }).waitFor();
    const { search, hash } = new URL(page.url());
    expect(search).toContain('client=');
    const again = await openPage(lab, `wire${search}${hash}`);
    await again.page.locator('.broken').waitFor();
    await expect
      .poll(() => again.page.locator('.hex').allTextContents())
      .toEqual(await page.locator('.hex').allTextContents());
    const unscripted = await openPage(lab, `wire${search}`, { javaScript: false });
    await unscripted.page.locator('.broken', { hasText: 'opcode-unknown' }).waitFor();
    expect(again.problems).toEqual([]);
  });

  test('without a script, each exchange can be read, and bytes can be pasted', async () => {
    const lab = await startLab();
    const { page } = await openPage(lab, 'wire', { javaScript: false });
    await page.getByRole('link', { name: 'Content of unknown size' }).click();
    await expect.poll(() => page.locator('.fields').first().textContent()).toContain('request-target');
    await expect.poll(() => page.getByText('chunk-size').count()).toBeGreaterThan(0);
    await page.locator('textarea').fill('81 85 37 fa 21 3d 7f');
    await page.getByRole('button', { name: 'Read these bytes' }).click();
    await page.locator('.awaits', { hasText: '4 more bytes of payload' }).waitFor();
  });

  test.each([
    ['en', 1280, true],
    ['ko', 360, false],
  ] as const)(
    'two rungs end one request differently: %s, %d px, a script: %s',
    async (language, width, javaScript) => {
      const lab = await startLab();
      const { page, problems, fitsTheWindow } = await openPage(lab, 'wire?exchange=two-lengths', {
        language,
        width,
        javaScript,
      });
      const cells = (row: number) =>
        page.locator('#rungs ~ .wide tbody tr').nth(row).locator('td').allTextContents();
      expect(await cells(0)).toEqual(['80', '79', '74']);
      expect((await cells(3)).slice(0, 2)).toEqual(['GET / HTTP/1.1', 'GGET / HTTP/1.1']);
      expect(await cells(4)).toEqual(['200', '501', '–']);
      if (javaScript) {
        await byte(page, 'client', 80);
        await page.keyboard.press('Delete');
        await expect.poll(() => page.locator('#rungs').count()).toBe(0); // of other bytes it says nothing
        await fitsTheWindow();
      }
      expect(problems).toEqual([]);
    },
  );

  test('pasted bytes are read; what cannot be read is pointed at', async () => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'wire');
    await byte(page, 'client', 0);
    await page.locator('textarea').fill('GET / HTTP/1.1\nHost: a\nHost: b\n\n');
    await page.getByRole('button', { name: 'Read these bytes' }).click();
    await page.locator('.broken', { hasText: 'host-repeated' }).waitFor();
    await expect.poll(() => page.locator(':focus').textContent()).toBe('The bytes that you pasted');
    await page.getByText('Read as text; taken for the client’s, as nobody said whose they are.').waitFor();
    await page.locator('textarea').fill('HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\n');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.locator('.broken', { hasText: 'invalid-content-length' }).waitFor();
    await expect.poll(() => page.locator('.broken').count()).toBe(2);
    await page.locator('textarea').fill('81 05 48 65 6c 6c 6f');
    await page.locator('select[name=from]').selectOption('client');
    await page.getByRole('button', { name: 'Read these bytes' }).click();
    await page.locator('.events', { hasText: 'Close 1002 a client must mask every frame' }).waitFor();
    await page.locator('textarea').fill('47 xx');
    await page.locator('select[name=style]').selectOption('hex');
    await page.getByRole('button', { name: 'Read these bytes' }).click();
    await page.getByText('“x” is no hexadecimal digit').waitFor();
    expect(
      await page
        .locator('textarea')
        .evaluate((area) => (area as unknown as { selectionStart: number }).selectionStart),
    ).toBe(3);
    expect(problems).toEqual([]);
  });

  test.each(['en', 'ko'] as const)('shows the bytes of its own connections: %s', async (language) => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'wire', { language });
    const button = (name: RegExp) => page.getByRole('button', { name });
    await button(/Send a GET|GET 보내기/).click();
    await page.getByText('GET /wire/hello').first().waitFor();
    await button(/Open a WebSocket|WebSocket 열기/).click();
    await page.getByText('GET /wire/echo').first().waitFor();
    await expect.poll(() => events(page)).toContainEqual(expect.stringContaining('websocket'));
    await button(/^Send$|^보내기$/).click();
    await expect.poll(() => events(page)).toContainEqual(expect.stringContaining('안녕'));
    await button(/Close it|^닫기$/).click();
    await expect.poll(() => events(page)).toContainEqual(expect.stringContaining('1000'));
    await expect.poll(() => page.locator('.broken').count()).toBe(0);
    expect(problems).toEqual([]);
  });
});

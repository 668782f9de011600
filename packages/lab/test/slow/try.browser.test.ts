// What can be tried on the page of the wire, in Chromium: changed by keyboard, computed at once, in both languages.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readSourceLines } from '../../src/wire/source-files.ts';
import { startLab } from '../support.ts';
import { describeInBrowser, openPage } from './page.ts';

/** What a tool shows beside what can be typed. */
const outputOf = (page: Page, tool: string): Promise<string | null> =>
  page.locator(`#try-${tool} output`).textContent();
const type = (page: Page, tool: string, name: string, text: string): Promise<void> =>
  page.locator(`#try-${tool} [name="${name}"]`).fill(text);

describeInBrowser('what can be tried', () => {
  test.each(['en', 'ko'] as const)('%s: each answers to what is typed', async (language) => {
    const lab = await startLab();
    const { page, problems, picture, fitsTheWindow } = await openPage(lab, 'wire', {
      language,
      width: 360,
    });
    await type(page, 'utf8', 'text', '안녕');
    await expect.poll(() => outputOf(page, 'utf8')).toContain('Content-Length: 6');

    await type(page, 'chunk-size', 'decimal', '255');
    await expect.poll(() => page.locator('#try-chunk-size [name="digits"]').inputValue()).toBe('ff');
    await type(page, 'chunk-size', 'digits', '5x');
    await expect.poll(() => outputOf(page, 'chunk-size')).toContain('invalid-chunk-size');

    await type(page, 'accept', 'key', 'AAAAAAAAAAAAAAAAAAAAAA==');
    await expect.poll(() => outputOf(page, 'accept')).toContain('ICX+Yqv66kxgM0FcWaLWlFLwTAI=');
    await page.locator('#try-accept button').click();
    await expect.poll(() => page.locator('#try-accept [name="key"]').inputValue()).toMatch(/^[\w+/]{22}==$/);

    await page.locator('#try-first-byte [name="rsv1"]').press('Space');
    await expect.poll(() => outputOf(page, 'first-byte')).toContain('reserved-bit-set');
    await page.locator('#try-first-byte [name="agreed"]').press('Space');
    await expect.poll(() => outputOf(page, 'first-byte')).not.toContain('reserved-bit-set');
    await page.locator('#try-first-byte [name="opcode"]').selectOption('9');
    await expect.poll(() => page.locator('#try-first-byte [name="byte"]').inputValue()).toBe('c9');

    await type(page, 'length', 'length', '65536');
    await expect.poll(() => outputOf(page, 'length')).toContain('7f 00 00 00 00 00 01 00 00');

    await type(page, 'mask', 'masked', '5f 93');
    await expect.poll(() => page.locator('#try-mask [name="text"]').inputValue()).toBe('hi');
    await type(page, 'mask', 'key', '00 00 00 00');
    await expect.poll(() => page.locator('#try-mask [name="masked"]').inputValue()).toBe('68 69');

    await type(page, 'close-code', 'bytes', '03 ee');
    await expect.poll(() => page.locator('#try-close-code [name="code"]').inputValue()).toBe('1006');
    await expect.poll(() => outputOf(page, 'close-code')).toContain(language === 'ko' ? '안 됩니다' : 'no');

    await picture('try');
    await fitsTheWindow();
    expect(problems).toEqual([]);
  });

  test('a chosen byte shows the lines that read it, as they are in the file', async () => {
    const lab = await startLab();
    const { page, problems } = await openPage(lab, 'wire#client/0');
    const { path, line } = readSourceLines()['method']!;
    const source = page.locator('.source');
    await expect.poll(() => source.locator('figcaption').textContent()).toContain(`${path}:${line}`);
    await expect.poll(() => source.locator('mark').first().textContent()).toContain('const method = at;');
    expect(problems).toEqual([]);
  });

  test('without JavaScript each shows an example', async () => {
    const lab = await startLab();
    const { page } = await openPage(lab, 'wire', { javaScript: false });
    await expect.poll(() => outputOf(page, 'mask')).toContain('81 86 37 fa 21 3d db 6f a9 d6 b2 6f');
    await expect.poll(() => outputOf(page, 'close-code')).toContain('normal closure');
  });
});

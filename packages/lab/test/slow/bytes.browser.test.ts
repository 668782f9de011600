// The view of bytes in a real browser: chosen by click and by the arrow keys, one byte in the order of Tab, and in a narrow
// window lines of eight.
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { startLab } from '../support.ts';
import { describeInBrowser, openPage } from './page.ts';

const program = `
  import { h, render } from 'preact';
  import { useState } from 'preact/hooks';
  import { Bytes } from './src/page/bytes.tsx';
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i + 0x30);
  const fields = [{ start: 0, end: 20, label: 'first' }, { start: 20, end: 40, label: 'second' }];
  function App() {
    const [selected, onSelect] = useState(undefined);
    return h(Bytes, { name: 'b', bytes, fields, selected, onSelect });
  }
  document.getElementById('view').replaceChildren();
  render(h(App), document.getElementById('view'));
`;

async function openBytes(width: number) {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: `${import.meta.dirname}/../..` },
    bundle: true,
    write: false,
  });
  const lab = await startLab();
  const opened = await openPage(lab, '', { width });
  await opened.page.evaluate(outputFiles[0]!.text);
  const chosen = () => opened.page.locator('.hex [aria-current=true]').getAttribute('id');
  const focused = () => opened.page.evaluate('document.activeElement.id');
  return { ...opened, chosen, focused };
}

describeInBrowser('bytes', () => {
  test('are chosen by click, in hexadecimal and in text, and by the arrow keys', async () => {
    const { page, chosen, focused, problems, picture } = await openBytes(1280);
    await page.locator('[id="b/5"]').click();
    expect([await chosen(), await focused()]).toEqual(['b/5', 'b/5']);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => chosen()).toBe('b/6');
    await page.keyboard.press('ArrowDown');
    expect([await chosen(), await focused()]).toEqual(['b/22', 'b/22']);
    await expect.poll(() => page.locator('.hex .in').count()).toBe(20);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown'); // beyond the last row
    await expect.poll(() => chosen()).toBe('b/38');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => chosen()).toBe('b/21');
    await page.locator('.text [data-at="9"]').click();
    expect([await chosen(), await focused()]).toEqual(['b/9', 'b/9']);
    await expect.poll(() => page.locator('.bytes [tabindex="0"]').count()).toBe(1);
    await picture('bytes');
    expect(problems).toEqual([]);
  });

  test('stand eight in a line if the window is narrow, and need no scrolling', async () => {
    const { page, fitsTheWindow, picture } = await openBytes(360);
    const heightOf = async (at: number) => (await page.locator(`[id="b/${at}"]`).boundingBox())!.y;
    expect(await heightOf(7)).toBe(await heightOf(0));
    expect(await heightOf(8)).toBeGreaterThan(await heightOf(0));
    await expect
      .poll(() => page.locator('.bytes').evaluate((box) => box.scrollWidth > box.clientWidth))
      .toBe(false);
    await fitsTheWindow();
    await picture('bytes');
  });
});

// Whatever a peer, another visitor or a link says is text on the pages of the lab: none of it becomes an element or a script.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { encodeFrame, Opcode } from 'ws-mini/wire';
import { startLab } from '../support.ts';
import { describeInBrowser, openPage } from './page.ts';

const NASTY = `"></script><img src=x onerror=forged=1><script>forged=1</script><svg onload=forged=1></svg>`;

/** Elements that nobody but NASTY makes. */
const forged = (page: Page) =>
  page.locator('img[src=x], [onerror], [onload], script:not([src]):not([type="application/json"])');

function linkTo(
  passages: readonly (readonly [from: 'client' | 'server', bytes: string | Uint8Array])[],
): string {
  return passages.map(([from, bytes]) => `${from}=${Buffer.from(bytes).toString('base64url')}`).join('&');
}

const text = Buffer.from(NASTY);
const masked = encodeFrame({ opcode: Opcode.text, payload: text, maskKey: 1 });
/** What the page says then, if it does not quote NASTY. */
const LINKS: readonly (readonly [what: string, query: string, says?: string])[] = [
  [
    'HTTP',
    linkTo([
      ['client', `GET /${NASTY.replaceAll(' ', '')} HTTP/1.1\r\nHost: a\r\nx: ${NASTY}\r\n\r\n`],
      ['server', `HTTP/1.1 200 ${NASTY}\r\nx: ${NASTY}\r\nContent-Length: ${text.length}\r\n\r\n${NASTY}`],
    ]),
  ],
  ['a rule broken', linkTo([['client', `GET / HTTP/1.1\r\nHost: ${NASTY}\r\n${NASTY}: 1\r\n\r\n`]])],
  [
    'frames',
    `begins=frames&${linkTo([
      ['client', masked],
      [
        'server',
        encodeFrame({ opcode: Opcode.close, payload: Buffer.concat([Uint8Array.of(3, 232), text]) }),
      ],
    ])}`,
  ],
  ['an exchange that there is not', `exchange=${encodeURIComponent(NASTY)}`],
  ['a beginning that there is not', `client=AA&begins=${encodeURIComponent(NASTY)}`],
  ['bytes that are none', `client=${encodeURIComponent(NASTY)}`, 'not base64url'],
];

describeInBrowser('what is not ours', () => {
  test.each(LINKS.flatMap((link) => [true, false].map((javaScript) => [link[0], javaScript, link] as const)))(
    'in a link is text: %s, a script: %s',
    async (_, javaScript, [, query, says = 'onerror']) => {
      const { page, problems } = await openPage(await startLab(), `wire?${query}`, { javaScript });
      await page.getByText(says).first().waitFor({ state: 'attached' });
      expect(await forged(page).count()).toBe(0);
      expect(problems).toEqual([]);
    },
  );

  test.each(['', 'ways', 'learn', 'conversation', 'uses', 'note'])(
    'in the query of /%s is no markup',
    async (path) => {
      const { page, problems } = await openPage(
        await startLab(),
        `${path}?open=${encodeURIComponent(NASTY)}&${encodeURIComponent(NASTY)}=${encodeURIComponent(NASTY)}`,
      );
      expect(await forged(page).count()).toBe(0);
      expect(problems).toEqual([]);
    },
  );

  test('said by another visitor is text', async () => {
    const lab = await startLab();
    const one = await openPage(lab, 'uses?open=chat');
    const other = await openPage(lab, 'uses?open=chat');
    await other.page.locator('.chat').getByText('guest 2 comes in').waitFor();
    await other.page.locator('input').fill(NASTY);
    await other.page.keyboard.press('Enter');
    for (const { page, problems } of [one, other]) {
      await page.locator('.chat').getByText(`guest 2: ${NASTY}`).waitFor();
      expect(await forged(page).count()).toBe(0);
      expect(problems).toEqual([]);
    }
  });
});

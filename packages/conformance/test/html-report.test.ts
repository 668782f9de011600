// The HTML report: what it says, that no byte of a peer can become markup, and how it behaves in a browser, with a script
// and without.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser, launchOptions } from '../../../scripts/for-tests/browser.ts';
import type { Family, Finding, Passage, ProbeLevel, Result } from '../src/probes/probe.ts';
import { formatHtml } from '../src/report/html.ts';

const passage = (way: Passage['way'], bytes: string, more: Partial<Passage> = {}): Passage => ({
  at: 0.4,
  way,
  bytes: Buffer.from(bytes, 'latin1'),
  connection: 0,
  ...more,
});

interface Plan {
  family?: Family;
  implementation?: string;
  requirement?: string;
  level?: ProbeLevel;
  observed?: string;
  transcript?: readonly Passage[];
  knownFault?: string;
}

function result(name: string, verdict: Finding['verdict'], plan: Plan = {}): Result {
  const { family = 'http-server', implementation = 'mini', level = 'must', observed = '400' } = plan;
  const transcript = plan.transcript ?? [
    passage('sent', 'GET / HTTP/1.1\r\n\r\n'),
    passage('received', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK'),
    passage('received', '', { end: 'closed' }),
  ];
  return {
    family,
    implementation,
    probe: {
      name,
      requirements: [plan.requirement ?? 'rfc9112/3.2/host-missing'],
      level,
      why: 'It matters.',
      expected: '400 and close',
    },
    finding: { verdict, observed, transcript },
    ...(plan.knownFault === undefined ? {} : { knownFault: plan.knownFault }),
  };
}

const PEER = { implementation: 'peer 1.2' };
const WEBSOCKET: Plan = { family: 'websocket-server', requirement: 'rfc6455/8.1/bad-utf8' };

/** A WebSocket connection: the fields that were offered and answered, then a frame. */
function opened(offered: string, answered: string, frame: string): Passage[] {
  return [
    passage('sent', 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'),
    passage(
      'sent',
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${offered}\r\n`,
    ),
    passage('received', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'),
    passage('received', `Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n${answered}\r\n`),
    passage('sent', frame),
  ];
}

const RESULTS: readonly Result[] = [
  result('host/a', 'held'),
  result('host/b', 'held'),
  result('host/c', 'not asked'),
  result('host/a', 'held', PEER),
  result('host/b', 'broken', { ...PEER, knownFault: 'It always did.' }),
  result('host/c', 'not asked', PEER),
  result('framing/a', 'broken', { requirement: 'rfc9112/6.3/cl-zeros' }),
  result('framing/a', 'held', { ...PEER, requirement: 'rfc9112/6.3/cl-zeros' }),
  result('recover/a', 'held', { requirement: 'rfc9110/2.4/recover', level: 'may' }),
  result('recover/a', 'broken', { ...PEER, requirement: 'rfc9110/2.4/recover', level: 'may' }),
  result('utf8/a', 'held', { ...WEBSOCKET, transcript: opened('', '', '\x81\x81\0\0\0\0\xff') }),
  result('utf8/b', 'broken', { ...WEBSOCKET, level: 'should' }),
];

const format = (results: readonly Result[]): string => formatHtml(results, false, new Date(0));
const HTML = format(RESULTS);

/** The text between the tags of a part, with its spaces collapsed. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function finding(id: string): string {
  const start = HTML.indexOf(`<details class="finding" id="${id}">`);
  return HTML.slice(start, HTML.indexOf('</details>', start));
}

describe('what it says', () => {
  test('rows are clauses under their chapters, in the order of the RFCs; cells are held/asked', () => {
    const matrix = /<section [^>]*id="http-server"[\s\S]*?<\/section>/.exec(HTML)![0];
    const rows = [...matrix.matchAll(/<tr class="(chapter|clause)">.*<\/tr>/g)].map(([row]) => textOf(row));
    expect(rows).toEqual([
      'RFC 9110 2, Conformance 1/1 0/1',
      'may makes something usable of an invalid element, where nothing else is said 1/1 0/1',
      'RFC 9112 3, Request Line 2/2 1/2 ✗',
      'must answers 400 to a 1.1 request without Host 2/2 1/2 ✗',
      'RFC 9112 6, Message Body 0/1 ✗ 1/1',
      expect.stringMatching(/^must .* 0\/1 ✗ 1\/1$/),
    ]);
  });

  test('a result has its verdict, what was observed, every passage, and the story of a known fault', () => {
    const parts = [
      'known fault peer 1.2 400 Known: It always did.',
      '0 ms sent GET / HTTP/1.1\\r\\n\\r\\n 0 ms received HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nOK',
      '0 ms received closed sent, field by field 0 47 45 54 GET method RFC 9110 9.1 GET 3 20 SP RFC 9112 3',
    ];
    expect(textOf(finding('http-server/host/b/2'))).toContain(parts.join(' '));
    expect(finding('http-server/host/b/2')).toContain('received, field by field');
    expect(HTML).toContain(
      '10 questions asked over raw sockets, 1 failed, 1 known fault. 1970-01-01 00:00 UTC.',
    );
  });

  test('explained are the first that held and whatever was broken; the others are not', () => {
    expect(finding('http-server/host/a/1')).toContain('<pre');
    expect(finding('http-server/host/a/2')).not.toContain('<pre');
    expect(finding('http-server/host/b/2')).toContain('<pre');
  });

  test('the answer to HEAD has no content', () => {
    const transcript = [
      passage('sent', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'),
      passage('received', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'),
    ];
    expect(format([result('a/b', 'held', { transcript })])).not.toMatch(/2 (more )?bytes of content/);
  });

  test('frames are explained without the handshake in front of them', () => {
    const explained = /<pre[\s\S]*<\/pre>/.exec(finding('websocket-server/utf8/a/1'))![0];
    expect(textOf(explained)).toMatch(/^\d+ 81 1\.\.\.\.\.\.\. FIN RFC 6455 5\.2/);
    expect(explained).toContain('✗ text-not-utf8');
    expect(finding('websocket-server/utf8/a/1')).not.toContain('received, field by field');
  });

  test('whether a frame may be compressed is what the server answered, not what the client offered', () => {
    const extension = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';
    const explained = (answered: string): string =>
      format([
        result('a/b', 'held', { ...WEBSOCKET, transcript: opened(extension, answered, '\xc1\x80\0\0\0\0') }),
      ]);
    expect(explained(extension)).not.toContain('✗ reserved-bit-set');
    expect(explained('')).toContain('✗ reserved-bit-set');
  });

  test('what is long is cut, and says so', () => {
    const transcript = [
      passage('sent', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999948\r\n\r\n${'x'.repeat(999_948)}`),
      ...Array.from({ length: 500 }, () => passage('received', 'x')),
    ];
    const html = format([result('a/b', 'broken', { transcript })]);
    expect(html.length).toBeLessThan(format([]).length + 50_000);
    expect(html).toContain('461 passages are left out');
    expect(html).toContain('(1000000 bytes)');
    expect(html).toContain('the first 2048 of 1000000 bytes');
    // It is we who stopped there.
    const frame = `\x82\xfe\xff\xff\0\0\0\0${'x'.repeat(65_535)}`;
    const long = format([result('a/b', 'broken', { ...WEBSOCKET, transcript: opened('', '', frame) })]);
    expect(html + long).not.toContain('waits for');
  });
});

describe('what it is made of', () => {
  test('every link within leads to one place', () => {
    const ids = [...HTML.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...HTML.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((id) => !ids.includes(id!))).toEqual([]);
  });

  test('tables have a caption, and heads say what they are the head of', () => {
    expect(HTML.match(/<caption>/g)).toHaveLength(HTML.match(/<table/g)!.length);
    expect(HTML.match(/<th[ >]/g)).toHaveLength(HTML.match(/<th scope="(col|row|rowgroup)"/g)!.length);
  });

  test('nothing is fetched, and no script runs but the one in it', () => {
    const [, script] = /<script>([\s\S]*)<\/script>/.exec(HTML)!;
    const hash = createHash('sha256').update(script!).digest('base64');
    expect(HTML).toContain(`script-src &#39;sha256-${hash}&#39;`);
    expect(HTML).toContain('default-src &#39;none&#39;');
    expect(HTML).not.toMatch(/ src=|@import|url\(/);
  });
});

/** In every place that a peer, or a user who names one, can write to. */
const HOSTILE =
  '</code></pre></script><script>document.title="owned"</script>" onclick=\'x\' <img src=x> \u202e\x1b';
const hostile = (name: string, verdict: Finding['verdict']): Result =>
  result(name, verdict, {
    implementation: HOSTILE,
    observed: HOSTILE,
    knownFault: HOSTILE,
    transcript: [
      passage('sent', HOSTILE),
      passage('received', `HTTP/1.1 200 ${HOSTILE}\r\na: ${HOSTILE}\r\n\r\n`),
    ],
  });

test('hostile bytes stay text', () => {
  const html = format([hostile('a/a', 'broken'), hostile('a/b', 'held')]);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/<img|" onclick|[\u202e\x1b]/);
  expect(html).toContain('&lt;img src=x&gt; \\u{202e}\\u{1b}');
  expect(html).toContain('&lt;/script&gt;&lt;script&gt;document.title=&quot;owned&quot;');
});

// ── In a browser ──

/** The least contrast of any text with what is behind it (WCAG 2, 1.4.3), as source text, since the types here are Node's. */
const LEAST_CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const luminance = (color) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (part) => {
    for (; part; part = part.parentElement)
      if (getComputedStyle(part).backgroundColor !== 'rgba(0, 0, 0, 0)') return getComputedStyle(part).backgroundColor;
  };
  return Math.min(...[...document.querySelectorAll('body *')].map((part) => {
    const [a, b] = [luminance(getComputedStyle(part).color), luminance(behind(part))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
})()`;

describe.skipIf(!hasBrowser)('in Chromium', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function open(html: string, options: BrowserContextOptions = {}): Promise<Page> {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    const page = await browser.newPage(options);
    onTestFinished(() => page.close());
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => request.url().startsWith('http') && problems.push(request.url()));
    onTestFinished(() => expect(problems).toEqual([]));
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  const shown = async (page: Page): Promise<string[]> => {
    const headings = await page.locator('article:not([hidden]) h3 > a').allTextContents();
    expect(await page.locator('output').textContent()).toBe(`${headings.length} probes`);
    return headings;
  };

  test('the filter: by difference, failure, level, family and words, from the keyboard', async () => {
    const page = await open(HTML);
    expect(await shown(page)).toHaveLength(7);
    await page.getByLabel('Show').selectOption('where they differ');
    expect(await shown(page)).toEqual(['recover/a', 'host/b', 'framing/a']);
    await page.getByLabel('Show').selectOption('not held');
    expect(await shown(page)).toEqual(['host/b', 'framing/a', 'utf8/b']);
    await page.getByLabel('Show').selectOption('failed');
    expect(await shown(page)).toEqual(['framing/a']);
    expect(await page.getByRole('row', { name: 'without Host' }).isVisible()).toBe(false);
    await page.getByLabel('Show').selectOption('all probes');
    await page.getByLabel('Level').selectOption('may');
    expect(await shown(page)).toEqual(['recover/a']);
    await page.getByLabel('Level').selectOption('any');
    await page.getByLabel('Family').selectOption('WebSocket servers');
    expect(await shown(page)).toEqual(['utf8/a', 'utf8/b']);
    expect(await page.locator('#http-server').isVisible()).toBe(false);
    await page.getByLabel('Family').selectOption('all');
    await page.locator('h1').click();
    await page.keyboard.type('/9112/3.2 HOST');
    expect(await shown(page)).toEqual(['host/a', 'host/b', 'host/c']);
  });

  test('a cell opens the worst of its results, even one that the filter hides', async () => {
    const page = await open(HTML);
    const bytes = page.locator('[id="http-server/host/b/2"] .wire');
    expect(await bytes.isVisible()).toBe(false);
    await page.getByRole('link', { name: '1/2 ✗' }).focus();
    await page.keyboard.press('Enter');
    await bytes.waitFor({ state: 'visible' });
    await page.getByLabel('Show').selectOption('failed');
    expect(await bytes.isVisible()).toBe(false);
    await page.evaluate('location.hash = "http-server/host/a/2"');
    await page.locator('[id="http-server/host/a/2"] .wire').waitFor({ state: 'visible' });
    expect(await shown(page)).toHaveLength(7);
  });

  test('without a script all is there, and opens from the keyboard; no filter that would do nothing', async () => {
    const page = await open(HTML, { javaScriptEnabled: false });
    expect(await page.locator('#filter').isVisible()).toBe(false);
    const bytes = page.locator('[id="http-server/host/b/2"] .wire');
    for (const name of ['RFC 9112 3.2 · 3 probes', 'known fault peer 1.2']) {
      await page.locator('summary', { hasText: name }).focus();
      await page.keyboard.press('Enter');
    }
    await bytes.waitFor({ state: 'visible' });
  });

  test('hostile bytes do nothing', async () => {
    const page = await open(format([hostile('a/a', 'broken')]));
    expect(await page.title()).toBe('Conformance, clause by clause');
    expect(await page.locator('img').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)(
    '%s: every text can be read, on a narrow screen too',
    async (colorScheme) => {
      const page = await open(HTML, { colorScheme, viewport: { width: 360, height: 740 } });
      await page.evaluate('document.querySelectorAll("details").forEach((part) => (part.open = true))');
      expect(await page.evaluate(LEAST_CONTRAST)).toBeGreaterThanOrEqual(4.5);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    },
  );
});

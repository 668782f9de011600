// The HTML report: what it says, and that no byte of a peer can become markup. How it behaves in a browser: `slow/`.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { format, HTML, hostile, opened, passage, result, WEBSOCKET } from './html-report-results.ts';

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

test('hostile bytes stay text', () => {
  const html = format([hostile('a/a', 'broken'), hostile('a/b', 'held')]);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/<img|" onclick|[\u202e\x1b]/);
  expect(html).toContain('&lt;img src=x&gt; \\u{202e}\\u{1b}');
  expect(html).toContain('&lt;/script&gt;&lt;script&gt;document.title=&quot;owned&quot;');
});

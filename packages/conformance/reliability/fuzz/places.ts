/** Where a peer may lead us: redirects of a client; the paths, ranges and conditions of a server of files. */
import { resolve, sep } from 'node:path';
import { encodeRequest, Fields, HttpError, isFieldValue, octets, RequestParser } from 'http-mini/wire';
import { texts } from '../texts.ts';
import type { Internals } from './internals.ts';
import { expect, expectEqual, inputOf, split, type Target, textOf } from './target.ts';

const FROM = new URL('http://user.example:8080/a/b?c#d');
const SECRETS = ['authorization', 'cookie', 'proxy-authorization', 'host'];
const HEADERS: [string, string][] = [
  ['Authorization', 's'],
  ['Cookie', 's'],
  ['Proxy-Authorization', 's'],
  ['Host', 'a'],
  ['Content-Type', 'text/plain'],
  ['X-Own', 'o'],
];
const REDIRECTS = [301, 302, 303, 307, 308].flatMap((status) =>
  ['GET', 'HEAD', 'POST'].map((method) => ({ status, method })),
);

function redirects({ nextHop }: Internals): Target {
  return {
    name: 'redirects',
    share: 2,
    files: /^http-mini\/src\/(client\/(redirect|origin)|wire\/target)\.ts$/,
    words: [
      ...texts(
        'http://|https://|//|/|..|?|#|@|:|a|user.example:8080|\xe9|%|javascript:|data:|file:///|\\|\t|[',
      ),
      '|',
      'xn--',
    ],
    seeds: texts(
      '/x|//b/|https://b:9/c|?q|#f|..|http://u:p@b/|javascript:1|http://user.example:8080/\xe9',
    ).flatMap((text, i) => [i, i + 7].map((n) => inputOf(n, text))),
    mostSteps: 200,
    run(input) {
      const { setting, bytes } = split(input, REDIRECTS);
      const location = textOf(bytes);
      if (!isFieldValue(location)) return; // the parser lets no such value through
      const options = {
        method: setting.method,
        headers: HEADERS,
        body: setting.method === 'POST' ? 'b' : undefined,
      };
      try {
        const { url, options: next } = nextHop(
          { url: FROM, options },
          { status: setting.status, headers: new Fields([['Location', location]]) },
        );
        expect(
          'a scheme that is not asked',
          url.protocol === 'http:' || url.protocol === 'https:',
          () => url.href,
        );
        expectEqual('a user in the URL', url.username + url.password, '');
        const names = [...new Fields(next.headers)].map(([name]) => name.toLowerCase());
        if (url.origin !== FROM.origin)
          expectEqual(
            'secrets that go elsewhere',
            names.filter((name) => SECRETS.includes(name)),
            [],
          );
        if (next.method !== 'POST')
          expect('fields of content without content', next.body === undefined || setting.method !== 'POST');
        const { head } = encodeRequest({ method: next.method, target: next.target }, null, url.host);
        const asked = new RequestParser({ maxHeadBytes: Infinity, maxTargetBytes: Infinity }).receive(
          octets(head),
        );
        expect('a request that a server refuses', asked.next()?.type === 'head');
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        expectEqual('an error', error.code, 'invalid-url');
      }
    },
  };
}

const ROOT = resolve('/srv/files');

function paths({ namesIn }: Internals): Target {
  return {
    name: 'paths of files',
    share: 3,
    files: /^minis\/src\/serve\/file-path\.ts$/,
    words: texts('/|..|.|%2e%2e|%2f|%5c|\\|%00|%|%c0%ae|%e9|%c3%a9|//|~|:|a|.git|%252e'),
    seeds: ['/a/b', '/../etc/passwd', '/%2e%2e/a', '/a%2fb', '/a/', '//', '/.git/config', '/%c3%a9'].map(
      (text) => inputOf(0, text),
    ),
    mostSteps: 100,
    run(input) {
      const names = namesIn(textOf(input.subarray(1)));
      if (names === undefined) return;
      const place = resolve(ROOT, ...names);
      expect('a path out of the folder', place === ROOT || place.startsWith(ROOT + sep), () => place);
      expectEqual('names', place.slice(ROOT.length + 1), names.join(sep));
      expect(
        'a name that is hidden',
        names.every((name) => !name.startsWith('.')),
      );
      expectEqual('names again', namesIn(`/${names.map(encodeURIComponent).join('/')}`), names);
    },
  };
}

const SIZES = [0, 1, 10, 1000, Number.MAX_SAFE_INTEGER];
const CURRENT = { etag: '"a-1"', lastModified: 784111777000 };
const NOW = 1_796_000_000_000;
const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'];

function ranges({ parseRange, isRangeWanted, evaluatePreconditions }: Internals): Target {
  return {
    name: 'ranges and conditions',
    share: 3,
    files: /^minis\/src\/serve\/selection\.ts$/,
    words: texts(
      'bytes=|0-|-1|0-0|5-|-0|9-5|,| |99999999999999999999|*|W/|"a-1"|"|Sun, 06 Nov 1994 08:49:37 GMT',
      'items=',
    ),
    seeds: texts(
      'bytes=0-0|bytes=-5|bytes=5-|bytes=0-1,2-3|"a-1"|W/"a-1", "b"|*|Sun, 06 Nov 1994 08:49:37 GMT',
    ).flatMap((text, i) => [inputOf(i, text)]),
    mostSteps: 100,
    run(input) {
      const { setting: size, bytes } = split(input, SIZES);
      const value = textOf(bytes);
      const range = parseRange(value, size);
      if (typeof range === 'object') {
        const { start, end } = range;
        expect(
          'a range that is none',
          start >= 0 &&
            start < end &&
            end <= size &&
            Number.isSafeInteger(start) &&
            Number.isSafeInteger(end),
          () => JSON.stringify(range),
        );
        expectEqual('the range again', parseRange(`bytes=${start}-${end - 1}`, size), range);
      }
      if (!isFieldValue(value)) return;
      const fields = new Fields([[CONDITIONS[input[0]! % CONDITIONS.length]!, value]]);
      expect('a decision', ['go on', 304, 412].includes(evaluatePreconditions(fields, CURRENT, NOW)));
      isRangeWanted(fields, CURRENT, NOW);
    },
  };
}

export function placeTargets(internals: Internals): readonly Target[] {
  return [redirects(internals), paths(internals), ranges(internals)];
}

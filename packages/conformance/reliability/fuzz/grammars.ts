/** Small grammars: of fields, dates, lists, URLs. What is read and can be written is read again, and must be the same. */
import {
  encodeRequestHead,
  Fields,
  formatDate,
  HttpError,
  isFieldValue,
  isHost,
  isToken,
  octets,
  parseDate,
  parseTarget,
  RequestParser,
  splitList,
  unquote,
} from 'http-mini/wire';
import {
  acceptDeflate,
  agreeOnDeflate,
  encodeOpeningRequest,
  formatExtensions,
  parseExtensions,
  parseWebSocketUrl,
  pathOf,
  readOpeningRequest,
  WebSocketError,
} from 'ws-mini/wire';
import { KEY } from '../../src/differential/websocket/opening.ts';
import { texts } from '../texts.ts';
import { expect, expectEqual, inputOf, split, type Target, textOf } from './target.ts';

/** For two-digit years: 2026-11-30. */
const NOW = 1_796_000_000_000;

const fields: Target = {
  name: 'fields and lists',
  files: /^http-mini\/src\/wire\/(fields|encoder|section|lines|head)\.ts$/,
  words: texts('a: b\n|Host|cookie: a=b\n|set-cookie: a\n|,|, ,|"|"a,b"|\\"|\t |\x80|\r|:'),
  seeds: ['a: b\nc: d\na: e\n', 'a: "x, y", z ,, \n', 'cookie: a\ncookie: b\n'].map((text) =>
    inputOf(0, text),
  ),
  mostSteps: 400,
  run(input) {
    const text = textOf(input.subarray(1));
    const members = splitList(text);
    expect(
      'a member with space around it, or empty',
      members.every((one) => one !== '' && !/^[\t ]|[\t ]$/.test(one)),
    );
    // An unfinished quoted string would swallow the comma that joins it with the next.
    if (!text.includes('"')) expectEqual('members again', splitList(members.join(', ')), members);
    expectUnquoted(text);
    const lines = text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()];
    });
    expectFields(lines);
  },
};

function expectUnquoted(text: string): void {
  expectEqual(
    'quoted and unquoted',
    unquote(`"${text.replace(/["\\]/g, '\\$&')}"`),
    isFieldValue(text) ? text : undefined,
  );
  const inner = unquote(text);
  if (inner !== undefined)
    expectEqual('unquoted and quoted', unquote(`"${inner.replace(/["\\]/g, '\\$&')}"`), inner);
}

function expectFields(lines: readonly [string, string][]): void {
  const isSound = lines.every(([name, value]) => isToken(name) && isFieldValue(value));
  let made: Fields;
  try {
    made = new Fields(lines);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return expectEqual('refused', isSound, false);
  }
  expectEqual('taken', isSound, true);
  expectEqual('lines', [...made], lines);
  for (const [name] of lines.slice(0, 3)) made.list(name.toUpperCase());
  const head = encodeRequestHead('GET', '/', [['Host', 'a'], ...lines]);
  const parser = new RequestParser({ maxFields: Infinity, maxHeadBytes: Infinity }).receive(octets(head));
  try {
    const event = parser.next();
    expect('no head of what was encoded', event?.type === 'head');
    if (event?.type === 'head') expectEqual('fields', [...event.fields].slice(1), lines);
  } catch (error) {
    // Fields that contradict each other, such as two of Host: their form is right.
    if (!(error instanceof HttpError)) throw error;
  }
}

const dates: Target = {
  name: 'dates',
  share: 2,
  files: /^http-mini\/src\/wire\/date\.ts$/,
  words: texts('Sun, |Sunday, |06 Nov 1994|06-Nov-94|08:49:37| GMT|Nov  6|29 Feb 2000|60|99|0000|9999'),
  seeds: ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'].map(
    (text) => inputOf(0, text),
  ),
  mostSteps: 100,
  run(input) {
    const text = textOf(input.subarray(1));
    const time = parseDate(text, NOW);
    if (time === undefined) return;
    expect('a time that is none', Number.isFinite(time));
    // A leap second counts as the first second after it, which may be in the year 10000.
    if (time < Date.UTC(10_000, 0)) expectEqual('the time again', parseDate(formatDate(time), NOW), time);
  },
};

const METHODS = ['GET', 'CONNECT', 'OPTIONS'];

const targetsAndHosts: Target = {
  name: 'targets and hosts',
  share: 2,
  files: /^http-mini\/src\/wire\/target\.ts$/,
  words: texts(
    '/|*|http://|https://a/|a:80|[::1]|[v1.a]|::ffff:1.2.3.4|[1:2:3:4:5:6:7:8]|%41|%|?|#|@|:65535',
    ':65536|:0',
  ),
  seeds: ['/a?b', '*', 'http://a:80/b', 'a:443', '[::1]:80', 'http://[2001:db8::1]/', 'a%20b'].flatMap(
    (text) => [0, 1, 2].map((i) => inputOf(i, text)),
  ),
  mostSteps: 200,
  run(input) {
    const { setting: method, bytes } = split(input, METHODS);
    const text = textOf(bytes);
    const host = isHost(text);
    // What a URL has for a host, a request may name.
    if (host && text !== '' && /^[\w.-]+(:\d+)?$/.test(text)) isHost(text.toUpperCase());
    try {
      const { form, path, query, authority } = parseTarget(method, text);
      if (authority !== undefined) expect('an authority that is no host', isHost(authority), () => authority);
      if (form === 'origin')
        expectEqual('path and query', query === undefined ? path : `${path}?${query}`, text);
      expect(
        'a path that begins with no slash',
        form === 'authority' || form === 'asterisk' || path.startsWith('/'),
        () => path,
      );
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
    }
  },
};

const WISHES = [{}, { serverMaxWindowBits: 9 }, { clientMaxWindowBits: 8, serverNoContextTakeover: true }];

const extensions: Target = {
  name: 'extensions',
  share: 2,
  files: /^ws-mini\/src\/wire\/(extensions|deflate-params)\.ts$/,
  words: texts(
    'permessage-deflate|; |, |=|"|\\|client_max_window_bits|server_max_window_bits=10',
    '; server_no_context_takeover|; client_no_context_takeover|=8|=15|="9"|__proto__|\t',
  ),
  seeds: [
    'permessage-deflate; client_max_window_bits',
    'a, b; c=d; e="f"',
    'permessage-deflate; server_max_window_bits=10, permessage-deflate',
  ].flatMap((text) => [0, 1, 2].map((i) => inputOf(i, text))),
  mostSteps: 200,
  run(input) {
    const { setting: wishes, bytes } = split(input, WISHES);
    try {
      const list = parseExtensions(textOf(bytes));
      const written = formatExtensions(list);
      expectEqual('the list again', parseExtensions(written), list);
      const accepted = acceptDeflate(list, wishes);
      if (accepted === undefined) return;
      const { agreement, response } = accepted;
      const asked = { serverMaxWindowBits: 15, clientMaxWindowBits: 15 };
      const read = agreeOnDeflate(response, asked);
      expectEqual('what both sides agree on', read, agreement);
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      expect('an error at a place that is none', (error.offset ?? 0) <= bytes.length);
      expect('the two sides disagree', error.code !== 'extension-parameters-wrong', () => error.message);
    }
  },
};

const urls: Target = {
  name: 'URLs of WebSockets',
  files: /^(ws-mini\/src\/wire\/(url|handshake)|http-mini\/src\/wire\/target)\.ts$/,
  words: [
    ...texts('ws://|wss://|http://|a|/|?|#|@|:|u:p@|%|%zz|[::1]|:80|:443|:65536'),
    '|',
    ...texts('^|{|\\|..|\xe9|\0| '),
  ],
  seeds: ['ws://a/', 'wss://u:p@a:8443/b?c', 'http://a/%zz?[x]', 'ws://[::1]:80/', 'ws://a/\xe9'].map(
    (text) => inputOf(0, text),
  ),
  mostSteps: 200,
  run(input) {
    try {
      const url = parseWebSocketUrl(textOf(input.subarray(1)));
      const head = encodeOpeningRequest({ url, key: KEY, protocols: [], extensions: [] });
      const event = new RequestParser({ maxTargetBytes: Infinity, maxHeadBytes: Infinity })
        .receive(octets(head))
        .next();
      expect('no head of an opening request', event?.type === 'head');
      if (event?.type !== 'head') return;
      const read = readOpeningRequest(event);
      expectEqual('the target', read.target, url.target);
      expectEqual('the host', event.fields.get('host'), url.host);
      expectEqual('the path', pathOf(url.target), url.target.split('?')[0]);
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
    }
  },
};

export const grammarTargets: readonly Target[] = [fields, dates, targetsAndHosts, extensions, urls];

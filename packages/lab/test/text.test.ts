import { expect, test } from 'vitest';
import { columnsOf, padEnd, padStart } from '../src/columns.ts';
import { acceptedLanguage, languageOf } from '../src/text.ts';

test.each([
  [{}, 'en'],
  [{ LANG: 'ko_KR.UTF-8' }, 'ko'],
  [{ LANG: 'ko' }, 'ko'],
  [{ LANG: 'kok_IN' }, 'en'],
  [{ LC_MESSAGES: 'en_US.UTF-8', LANG: 'ko_KR.UTF-8' }, 'en'],
  [{ LC_ALL: 'ko_KR', LC_MESSAGES: 'C', LANG: 'C' }, 'ko'],
  [{ LC_ALL: '', LANG: 'ko_KR' }, 'ko'],
])('the language of a terminal with %j is %s', (environment, language) => {
  expect(languageOf(environment)).toBe(language);
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'en'],
  ['ko', 'ko'],
  ['KO-kr', 'ko'],
  ['en-US,en;q=0.9,ko;q=0.8', 'en'],
  ['en;q=0.5, ko;q=0.8', 'ko'],
  ['ko;q=0', 'en'],
  ['ko,en', 'ko'],
  ['*, ko;q=0.1', 'ko'],
  [';;q=,,ko;q=x', 'en'],
])('a browser that accepts %j is shown %s (RFC 9110 12.5.4)', (field, language) => {
  expect(acceptedLanguage(field)).toBe(language);
});

test('a letter of Hangul takes two columns of a terminal', () => {
  expect(columnsOf('TCP 푸시')).toBe(8);
  expect(padEnd('연결', 6)).toBe('연결  ');
  expect(padStart('연결', 6)).toBe('  연결');
});

// What stands in a terminal: in which language, and in how many columns.
import { expect, test } from 'vitest';
import { columnsOf, languageOf, padEnd, padStart } from '../src/text.ts';

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

test('a letter of Hangul takes two columns of a terminal', () => {
  expect(columnsOf('TCP 푸시')).toBe(8);
  expect(padEnd('연결', 6)).toBe('연결  ');
  expect(padStart('연결', 6)).toBe('  연결');
});

import { expect, test } from 'vitest';
import { acceptedLanguage } from '../src/text.ts';

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

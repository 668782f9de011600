/**
 * The two languages of the lab. A text stands in both side by side, next to its use, so the compiler says which one is
 * missing. English is what everybody gets who asks for neither.
 */
import type { Language } from 'explain-mini';
import { isKorean } from 'learn/text';

export type { Language, Text } from 'explain-mini';

/** Each language by its own name, in the order in which they are offered. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' };

/** The language that a browser likes best, from its Accept-Language: the highest weight, then the first (RFC 9110 12.5.4). */
export function acceptedLanguage(field: string | undefined): Language {
  let best: Language = 'en';
  let most = 0;
  for (const range of (field ?? '').split(',')) {
    const [, tag = '', weight = '1'] = /^\s*([\w*-]+)\s*(?:;\s*q=([\d.]+))?\s*$/i.exec(range) ?? [];
    const language = isKorean(tag) ? 'ko' : /^en(-|$)/i.test(tag) ? 'en' : undefined;
    if (language === undefined || !(Number(weight) > most)) continue;
    best = language;
    most = Number(weight);
  }
  return best;
}

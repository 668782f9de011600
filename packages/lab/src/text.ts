/**
 * The two languages of the lab. A text stands in both side by side, next to its use, so the compiler says which one is
 * missing. English is what everybody gets who asks for neither.
 */

export type Language = 'en' | 'ko';

export interface Text {
  readonly en: string;
  readonly ko: string;
}

/** Each language by its own name, in the order in which they are offered. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', ko: '한국어' };

export function isLanguage(text: string | undefined): text is Language {
  return text === 'en' || text === 'ko';
}

/** The language of a terminal, from the variables of its environment in the order that POSIX gives them (XBD 8.2). */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  return isKorean(LC_ALL || LC_MESSAGES || LANG || '') ? 'ko' : 'en';
}

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

/** `ko`, `ko-KR`, `ko_KR.UTF-8`; not `kok`, which is Konkani. */
function isKorean(tag: string): boolean {
  return /^ko(?![a-z])/i.test(tag);
}

/** The language of a terminal, and columns of text in it, where a letter of Hangul takes two. */
import type { Language } from './rung.ts';

export function isLanguage(text: string | undefined): text is Language {
  return text === 'en' || text === 'ko';
}

/** From the variables of the environment in the order that POSIX gives them (XBD 8.2): English for all but Korean. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  return isKorean(LC_ALL || LC_MESSAGES || LANG || '') ? 'ko' : 'en';
}

/** `ko`, `ko-KR`, `ko_KR.UTF-8`; not `kok`, which is Konkani. */
export function isKorean(tag: string): boolean {
  return /^ko(?![a-z])/i.test(tag);
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;
}

export function columnsOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);
}

/** Lines of a text, each behind `margin`; cut between two words if longer than a page. */
export function indented(text: string, margin = '  '): string {
  return text
    .split('\n')
    .flatMap((line) => wrapped(line, 96 - margin.length))
    .map((line) => `${margin}${line}\n`)
    .join('');
}

/** Breaks between words. */
export function wrapped(text: string, columns: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (columnsOf(line) + 1 + columnsOf(word) <= columns) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What of East Asian Width (UAX 11) occurs here: Hangul, CJK, and their punctuation. */
const WIDE = /[\u1100-\u115f\u3000-\u303f\u3130-\u318f\u4e00-\u9fff\uac00-\ud7a3\uff00-\uff60]/;

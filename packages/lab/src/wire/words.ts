/** The words that the wire's views share, in both languages. */
import type { Side } from 'explain-mini';
import type { Language, Text } from '../text.ts';
import type { EventKind } from './outcome.ts';

export const SIDES: Readonly<Record<Side, Text>> = {
  client: { en: 'Client', ko: '클라이언트' },
  server: { en: 'Server', ko: '서버' },
};

export const EVENTS: Readonly<Record<EventKind, Text>> = {
  request: { en: 'request', ko: '요청' },
  response: { en: 'response', ko: '응답' },
  interim: { en: 'interim response', ko: '중간 응답' },
  content: { en: 'content', ko: '본문' },
  trailers: { en: 'trailers', ko: '트레일러' },
  switched: { en: 'from here on', ko: '여기부터' },
  text: { en: 'text message', ko: '텍스트 메시지' },
  binary: { en: 'binary message', ko: '바이너리 메시지' },
  ping: { en: 'Ping', ko: 'Ping' },
  pong: { en: 'Pong', ko: 'Pong' },
  close: { en: 'Close', ko: 'Close' },
  broken: { en: 'rule broken', ko: '어긴 규칙' },
};

/** 16 bytes; 16바이트. */
export function bytesIn(language: Language, count: number): string {
  if (language === 'ko') return `${count}바이트`;
  return count === 1 ? '1 byte' : `${count} bytes`;
}

/** Text on one line: its line ends are written as escapes. */
export function onOneLine(text: string): string {
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

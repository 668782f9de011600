// The figures of the READMEs that follow from what is written here: how many probes and requirements there are, and that each
// line of the summary accounts for every probe of its family.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probes as httpClient } from '../src/probes/http-client/index.ts';
import { probes as httpServer } from '../src/probes/http-server/index.ts';
import { probes as tcpServer } from '../src/probes/tcp-server/index.ts';
import { probes as webSocketClient } from '../src/probes/websocket-client/index.ts';
import { probes as webSocketServer } from '../src/probes/websocket-server/index.ts';
import { requirements } from '../src/requirements/index.ts';

const FAMILIES: Readonly<Record<string, number>> = {
  'http server': httpServer.length,
  'http client': httpClient.length,
  'websocket server': webSocketServer.length,
  'websocket client': webSocketClient.length,
  'tcp server': tcpServer.length,
};
const questions = Object.values(FAMILIES).reduce((sum, size) => sum + size, 0);
const pages = [
  'README.md',
  'README.ko.md',
  'packages/conformance/README.md',
  'packages/conformance/README.ko.md',
];

const QUESTIONS = /([\d,]+) (?:questions|probes)\b|(?:질문|프로브) ([\d,]+)개/g;
const REQUIREMENTS = /([\d,]+) requirements\b|요구 사항 ([\d,]+)개/g;
/** A line of the summary: who (family), held/asked of four levels, failed, known faults, not asked. */
const SUMMARY = /^\S.*? \((\w+ (?:server|client))\) +((?:\d+\/\d+ +){4})\d+ +\d+ +(\d+)$/gm;

const figures = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(([, english, korean]) => Number((english ?? korean)!.replace(',', '')));

const texts = pages.map((page) => readFileSync(join(import.meta.dirname, '../../..', page), 'utf8'));

test.each(pages.map((page, i) => [page, texts[i]!]))('%s counts what there is', (page, text) => {
  const counted = figures(text, QUESTIONS).filter((count) => count >= 100);
  expect(counted.length).toBeGreaterThan(0);
  expect(new Set(counted)).toEqual(new Set([questions]));
  expect(figures(text, REQUIREMENTS).every((count) => count === requirements.size)).toBe(true);
  const lines = [...text.matchAll(SUMMARY)];
  if (!page.includes('/')) expect(lines.length).toBeGreaterThan(5);
  for (const [line, family = '', levels = '', notAsked] of lines) {
    const asked = levels.split(/ +/).map((cell) => Number(cell.split('/')[1] ?? 0));
    expect(
      asked.reduce((sum, count) => sum + count, Number(notAsked)),
      line,
    ).toBe(FAMILIES[family]);
  }
});

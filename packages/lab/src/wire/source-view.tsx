/** @jsxRuntime automatic @jsxImportSource preact */
/** The lines of source that read the chosen byte. */
import type { VNode } from 'preact';
import type { Language } from '../text.ts';
import { type SourceLines, sourceLineOf } from './source-lines.ts';

const WORDS = {
  read: { en: 'It is read here:', ko: '여기서 읽습니다:' },
};

/** Nothing if the source is not at hand. @param term of the explained field */
export function SourceOf({ term, language }: { term: string; language: Language }): VNode | null {
  const lines = sourceLineOf(term);
  return lines === undefined ? null : <Source lines={lines} language={language} />;
}

export function Source({ lines, language }: { lines: SourceLines; language: Language }): VNode {
  const { path, line, lastLine, from, text } = lines;
  const indent = Math.min(...text.filter((one) => one.trim() !== '').map((one) => one.search(/\S/)));
  return (
    <figure class="source">
      <figcaption>
        {WORDS.read[language]}{' '}
        <code>
          {path}:{line}
        </code>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>
        {text.map((one, i) => {
          const number = from + i;
          const content = `${`${number}`.padStart(4)}  ${one.slice(indent)}\n`;
          return number >= line && number <= lastLine ? <mark key={number}>{content}</mark> : content;
        })}
      </pre>
    </figure>
  );
}

/** @jsxRuntime automatic @jsxImportSource preact */
/** The steps of a run, in their order: who, the call, and the bytes that crossed; long ones are folded, and never cut. */
import type { VNode } from 'preact';
import { Bytes } from '../page/bytes.tsx';
import { whole } from '../page/format.ts';
import { bytesOfHex } from '../page/hex.ts';
import type { Language, Text } from '../text.ts';
import type { Who } from './experiment.ts';
import type { ExplainedStep } from './explained.ts';

const WHO: { readonly [who in Who]: Text } = {
  client: { en: 'client', ko: '클라이언트' },
  server: { en: 'server', ko: '서버' },
  listener: { en: 'listening socket', ko: '리스닝 소켓' },
  kernel: { en: 'kernel', ko: '커널' },
  proxy: { en: 'proxy', ko: '프록시' },
  sender: { en: 'sender', ko: '보내는 쪽' },
  receiver: { en: 'receiver', ko: '받는 쪽' },
};

/** Bytes that are shown at once: two rows. */
const UNFOLDED = 32;

export interface StepListProps {
  /** The line's: the first half of each byte's address. */
  readonly id: string;
  readonly steps: readonly ExplainedStep[];
  /** Milliseconds; undefined if it did not run here. */
  readonly took: number | undefined;
  readonly language: Language;
}

export function StepList({ id, steps, took, language }: StepListProps): VNode {
  const time = took === undefined ? '' : `(${whole(Math.ceil(took))} ms)`;
  return (
    <figure>
      <ol class="steps">
        {steps.map(({ who, call, text, bytes, wire }, index) => (
          <li key={index}>
            <span class="who">{WHO[who][language]}</span> {call !== undefined && <code>{call}</code>}
            {text && <span class="remark"> {text[language]}</span>}{' '}
            {wire !== undefined && (
              <a class="remark" href={`/${language}/wire?${wire}`}>
                {language === 'ko' ? '필드 하나하나' : 'field by field'}
              </a>
            )}
            {bytes !== undefined && <Crossed name={`${id}.${index + 1}`} hex={bytes} language={language} />}
          </li>
        ))}
      </ol>
      <figcaption>
        {language === 'ko'
          ? `실행한 순서대로 적은 ${steps.length}단계와 오간 바이트${time}.`
          : `The ${steps.length} steps in their order, and the bytes that crossed${time && ` ${time}`}.`}
      </figcaption>
    </figure>
  );
}

function Crossed({ name, hex, language }: { name: string; hex: string; language: Language }): VNode {
  const bytes = [...bytesOfHex(hex)!];
  const rows = <Bytes name={name} bytes={bytes} />;
  if (bytes.length <= UNFOLDED) return rows;
  return (
    <details>
      <summary>
        {language === 'ko' ? `${whole(bytes.length)}바이트` : `${whole(bytes.length)} bytes`}:{' '}
        <code>{firstLine(bytes)}</code>
      </summary>
      {rows}
    </details>
  );
}

/** How it begins, for who does not unfold it. */
function firstLine(bytes: readonly number[]): string {
  const letters = bytes
    .slice(0, 40)
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'));
  const text = letters.join('');
  const end = bytes.indexOf(0x0d);
  return end > 0 && end < 40 ? `${text.slice(0, end)} …` : `${text} …`;
}

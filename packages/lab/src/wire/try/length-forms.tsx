/** @jsxRuntime automatic @jsxImportSource preact */
/** The three forms of a frame's length (RFC 6455 5.2): written by ws-mini, and shown to its decoder, which takes one. */
import { whyOf } from 'explain-mini';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { encodeFrame, FrameDecoder, Opcode, WebSocketError, type WebSocketErrorCode } from 'ws-mini/wire';
import { hexOf } from '../../page/hex.ts';
import type { Language } from '../../text.ts';
import { Tool, Typed } from './tool.tsx';

export interface LengthForm {
  readonly bits: 7 | 16 | 64;
  /** The second byte of the header and what extends it; undefined if the number does not fit. */
  readonly bytes: Uint8Array | undefined;
  /** `taken`, `begun` if the decoder takes the number for the announcement of more bytes, or the rule that is broken. */
  readonly outcome: 'taken' | 'begun' | 'too-large' | WebSocketErrorCode;
}

const FORMS = [
  [7, 0],
  [16, 2],
  [64, 8],
] as const;

/** @param length a whole number from 0 to 2^53 - 1 */
export function lengthForms(length: number): readonly LengthForm[] {
  return FORMS.map(([bits, lengthBytes]) => {
    try {
      const header = encodeFrame({ opcode: Opcode.binary, length, lengthBytes });
      return { bits, bytes: header.subarray(1), outcome: outcomeOf(header) };
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      return { bits, bytes: undefined, outcome: 'too-large' }; // frame-invalid: it does not fit
    }
  });
}

function outcomeOf(header: Uint8Array): LengthForm['outcome'] {
  try {
    const piece = new FrameDecoder().receive(Uint8Array.from(header)).next();
    return piece === undefined ? 'begun' : 'taken';
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
    return error.code;
  }
}

const WORDS = {
  title: { en: 'A length in three forms', ko: '길이의 세 형식' },
  about: {
    en: 'Each length has one spelling, the shortest. Try 125, 126, 65,535 and 65,536.',
    ko: '길이마다 쓰는 방법은 하나, 가장 짧은 형식뿐입니다. 125, 126, 65,535, 65,536을 넣어 보십시오.',
  },
  length: { en: 'bytes of payload', ko: '페이로드의 바이트 수' },
  form: { en: 'form', ko: '형식' },
  bytes: { en: 'bytes', ko: '바이트' },
  outcome: { en: 'what a reader does', ko: '읽는 쪽의 처리' },
  bits: { en: (bits: number) => `${bits} bits`, ko: (bits: number) => `${bits}비트` },
  taken: { en: 'takes it', ko: '받아들입니다' },
  begun: {
    en: 'reads no length: more bytes have to follow',
    ko: '길이로 읽지 않고, 뒤에 올 바이트를 기다립니다',
  },
  'too-large': { en: 'does not fit', ko: '들어가지 않습니다' },
  refused: { en: (code: string) => `refuses it: ${code}`, ko: (code: string) => `거절합니다: ${code}` },
  wrong: { en: 'A whole number from 0 to 2^53 - 1.', ko: '0부터 2^53 - 1까지의 정수여야 합니다.' },
};

export function LengthForms({ language }: { language: Language }): VNode {
  const [typed, setTyped] = useState('126');
  const length = /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
  return (
    <Tool id="length" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <Typed
          label={WORDS.length[language]}
          name="length"
          size={16}
          maxLength={16}
          inputMode="numeric"
          value={typed}
          onText={setTyped}
        />
      </p>
      <output>
        {Number.isSafeInteger(length) ? (
          <Forms forms={lengthForms(length)} language={language} />
        ) : (
          <p class="notice">{WORDS.wrong[language]}</p>
        )}
      </output>
    </Tool>
  );
}

function Forms({ forms, language }: { forms: readonly LengthForm[]; language: Language }): VNode {
  const wordsOf = ({ outcome }: LengthForm): string =>
    outcome === 'taken' || outcome === 'begun' || outcome === 'too-large'
      ? WORDS[outcome][language]
      : WORDS.refused[language](outcome);
  const refused = forms.find(({ outcome }) => outcome === 'length-not-minimal');
  return (
    <>
      <div class="wide">
        <table class="forms">
          <thead>
            <tr>
              <th>{WORDS.form[language]}</th>
              <th>{WORDS.bytes[language]}</th>
              <th>{WORDS.outcome[language]}</th>
            </tr>
          </thead>
          <tbody>
            {forms.map((form) => (
              <tr key={form.bits}>
                <th scope="row">{WORDS.bits[language](form.bits)}</th>
                <td>{form.bytes === undefined ? '–' : <code>{hexOf(form.bytes)}</code>}</td>
                <td>{wordsOf(form)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {refused !== undefined && <p>{whyOf('length-not-minimal')?.[language]}</p>}
    </>
  );
}

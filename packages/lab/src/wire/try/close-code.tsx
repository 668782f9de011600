/** @jsxRuntime automatic @jsxImportSource preact */
/** A close code and its two bytes (RFC 6455 5.5.1, 7.4): what it means, and whether ws-mini would send it. */
import { closeCode } from 'explain-mini';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { encodeClose, encodeFrame, isCloseCode, Opcode } from 'ws-mini/wire';
import type { Language, Text } from '../../text.ts';
import { bytesOfHex, hexOf } from '../hex.ts';
import { Output, Tool } from './tool.tsx';

export interface CloseMeaning {
  readonly bytes: Uint8Array;
  readonly name: Text;
  readonly why: Text;
  /** The whole frame, unmasked; undefined if no Close may carry the code. */
  readonly frame: Uint8Array | undefined;
}

/** @param code 0 to 65,535 */
export function closeMeaning(code: number): CloseMeaning {
  const { name, why } = closeCode(code);
  const bytes = Uint8Array.of(code >>> 8, code);
  if (!isCloseCode(code)) return { bytes, name, why, frame: undefined };
  const payload = encodeClose(code);
  return { bytes: payload, name, why, frame: encodeFrame({ opcode: Opcode.close, payload }) };
}

const WORDS = {
  title: { en: 'Close codes', ko: 'Close 코드' },
  about: {
    en: 'Two bytes, the high one first. Some codes only stand for what has not come, and no Close may carry them: try 1005, 1006 and 1015.',
    ko: '두 바이트이며 높은 바이트가 먼저입니다. Close가 오지 않았음을 나타낼 뿐 보내면 안 되는 코드도 있습니다. 1005, 1006, 1015를 넣어 보십시오.',
  },
  code: { en: 'code', ko: '코드' },
  bytes: { en: 'bytes', ko: '바이트' },
  name: { en: 'called', ko: '이름' },
  sent: { en: 'may be sent', ko: '보내도 되는지' },
  yes: { en: 'yes', ko: '됩니다' },
  no: { en: 'no', ko: '안 됩니다' },
  frame: { en: 'as a frame', ko: '프레임으로' },
  wrong: {
    en: 'A number from 0 to 65,535, or two bytes.',
    ko: '0부터 65,535까지의 수, 또는 두 바이트입니다.',
  },
};

export function CloseCodes({ language }: { language: Language }): VNode {
  const [typedCode, setTypedCode] = useState('1000');
  const [typedBytes, setTypedBytes] = useState('03 e8');
  const code = /^\d{1,5}$/.test(typedCode) && Number(typedCode) <= 0xffff ? Number(typedCode) : undefined;
  const isPair = bytesOfHex(typedBytes)?.length === 2;
  const meaning = code === undefined || !isPair ? undefined : closeMeaning(code);
  const onCode = (typed: string) => {
    setTypedCode(typed);
    if (/^\d{1,5}$/.test(typed) && Number(typed) <= 0xffff)
      setTypedBytes(hexOf(closeMeaning(Number(typed)).bytes));
  };
  const onBytes = (typed: string) => {
    setTypedBytes(typed);
    const bytes = bytesOfHex(typed);
    if (bytes?.length === 2) setTypedCode(`${(bytes[0]! << 8) | bytes[1]!}`);
  };
  return (
    <Tool id="close-code" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <label>
          {WORDS.code[language]}{' '}
          <input
            name="code"
            size={6}
            maxLength={5}
            inputMode="numeric"
            value={typedCode}
            autocomplete="off"
            onInput={(event) => onCode(event.currentTarget.value)}
          />
        </label>
        <label>
          {WORDS.bytes[language]}{' '}
          <input
            name="bytes"
            size={6}
            maxLength={8}
            value={typedBytes}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => onBytes(event.currentTarget.value)}
          />
        </label>
      </p>
      <Output
        rows={
          meaning && [
            [WORDS.name[language], meaning.name[language]],
            [WORDS.sent[language], meaning.frame === undefined ? WORDS.no[language] : WORDS.yes[language]],
            ...(meaning.frame === undefined ? [] : [[WORDS.frame[language], hexOf(meaning.frame)] as const]),
          ]
        }
        notice={meaning === undefined ? WORDS.wrong[language] : undefined}
      />
      {meaning !== undefined && <p>{meaning.why[language]}</p>}
    </Tool>
  );
}

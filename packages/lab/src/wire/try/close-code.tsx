/** @jsxRuntime automatic @jsxImportSource preact */
/** A close code and its two bytes (RFC 6455 5.5.1, 7.4): what it means, and whether ws-mini would send it. */
import { closeCode } from 'explain-mini';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { encodeClose, encodeFrame, isCloseCode, Opcode } from 'ws-mini/wire';
import { bytesOfHex, hexOf } from '../../page/hex.ts';
import type { Language, Text } from '../../text.ts';
import { Output, Tool, Typed } from './tool.tsx';

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
    ko: '두 바이트이며 높은 바이트가 먼저입니다. 코드나 Close가 오지 않았음을 나타낼 뿐, Close에 담아 보내면 안 되는 코드도 있습니다. 1005, 1006, 1015를 넣어 보십시오.',
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
  const code = codeIn(typedCode);
  const isPair = bytesOfHex(typedBytes)?.length === 2;
  const meaning = code === undefined || !isPair ? undefined : closeMeaning(code);
  const onCode = (typed: string) => {
    setTypedCode(typed);
    const code = codeIn(typed);
    if (code !== undefined) setTypedBytes(hexOf(closeMeaning(code).bytes));
  };
  const onBytes = (typed: string) => {
    setTypedBytes(typed);
    const bytes = bytesOfHex(typed);
    if (bytes?.length === 2) setTypedCode(`${(bytes[0]! << 8) | bytes[1]!}`);
  };
  return (
    <Tool id="close-code" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <Typed
          label={WORDS.code[language]}
          name="code"
          size={6}
          maxLength={5}
          inputMode="numeric"
          value={typedCode}
          onText={onCode}
        />
        <Typed
          label={WORDS.bytes[language]}
          name="bytes"
          size={6}
          maxLength={8}
          value={typedBytes}
          onText={onBytes}
        />
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

function codeIn(typed: string): number | undefined {
  return /^\d{1,5}$/.test(typed) && Number(typed) <= 0xffff ? Number(typed) : undefined;
}

/** @jsxRuntime automatic @jsxImportSource preact */
/** The first byte of a frame by switches (RFC 6455 5.2): written by ws-mini, explained by explain-mini. */
import { type Explanation, explain } from 'explain-mini';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { encodeFrame } from 'ws-mini/wire';
import { bytesOfHex, hexOf } from '../../page/hex.ts';
import type { Language } from '../../text.ts';
import { Output, Tool, Typed } from './tool.tsx';

export interface Switches {
  readonly fin: boolean;
  /** RSV1, RSV2, RSV3 as one number: 4, 2, 1. */
  readonly rsv: number;
  readonly opcode: number;
}

export function firstByte(switches: Switches): number {
  return encodeFrame(switches)[0]!;
}

export function switchesOf(byte: number): Switches {
  return { fin: byte > 0x7f, rsv: (byte >> 4) & 7, opcode: byte & 0x0f };
}

/** What a client makes of an empty frame that begins so. */
export function frameWith(byte: number, isCompressionAgreed: boolean): Explanation {
  return explain(Uint8Array.of(byte, 0), {
    from: 'server',
    begins: 'frames',
    compression: isCompressionAgreed,
  });
}

const OPCODES: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'Close',
  9: 'Ping',
  10: 'Pong',
};
const BITS = [
  ['RSV1', 4],
  ['RSV2', 2],
  ['RSV3', 1],
] as const;

const WORDS = {
  title: { en: 'The first byte of a frame', ko: '프레임의 첫 바이트' },
  about: {
    en: 'Eight bits say what follows. Most of the 256 bytes begin no frame that may be sent.',
    ko: '여덟 비트가 뒤에 올 것을 정합니다. 256가지 바이트 가운데 대부분은 보내도 되는 프레임의 첫 바이트가 아닙니다.',
  },
  byte: { en: 'byte', ko: '바이트' },
  agreed: { en: 'permessage-deflate was agreed on', ko: 'permessage-deflate에 합의함' },
  reserved: { en: 'reserved', ko: '예약됨' },
  awaits: { en: (what: string) => `Then comes: ${what}.`, ko: (what: string) => `다음에 올 것: ${what}` },
};

export function FirstByte({ language }: { language: Language }): VNode {
  const [byte, setByte] = useState(0x81);
  const [typed, setTyped] = useState<string>();
  const [isAgreed, setAgreed] = useState(false);
  const { fin, rsv, opcode } = switchesOf(byte);
  const { fields, error, awaits, errorWhy, ko } = frameWith(byte, isAgreed);
  const change = (changed: Partial<Switches>) => {
    setTyped(undefined);
    setByte(firstByte({ fin, rsv, opcode, ...changed }));
  };
  const onHex = (text: string) => {
    const bytes = bytesOfHex(text);
    setTyped(text);
    if (bytes?.length === 1) setByte(bytes[0]!);
  };
  const awaited = language === 'ko' ? ko?.awaits : awaits;
  const why = language === 'ko' ? ko?.errorWhy : errorWhy;
  return (
    <Tool id="first-byte" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <label>
          <input
            type="checkbox"
            name="fin"
            checked={fin}
            onChange={(event) => change({ fin: event.currentTarget.checked })}
          />{' '}
          FIN
        </label>
        {BITS.map(([name, bit]) => (
          <label key={name}>
            <input
              type="checkbox"
              name={name.toLowerCase()}
              checked={(rsv & bit) !== 0}
              onChange={() => change({ rsv: rsv ^ bit })}
            />{' '}
            {name}
          </label>
        ))}
        <label>
          opcode{' '}
          <select
            name="opcode"
            value={opcode}
            onChange={(event) => change({ opcode: Number(event.currentTarget.value) })}
          >
            {Array.from({ length: 16 }, (_, i) => (
              <option key={i} value={i} selected={i === opcode}>
                {i} {OPCODES[i] ?? WORDS.reserved[language]}
              </option>
            ))}
          </select>
        </label>
        <Typed
          label={WORDS.byte[language]}
          name="byte"
          size={3}
          maxLength={2}
          value={typed ?? hexOf([byte])}
          onText={onHex}
        />
        <label>
          <input
            type="checkbox"
            name="agreed"
            checked={isAgreed}
            onChange={(event) => setAgreed(event.currentTarget.checked)}
          />{' '}
          {WORDS.agreed[language]}
        </label>
      </p>
      <Output
        rows={[
          [WORDS.byte[language], byte.toString(2).padStart(8, '0')],
          ...fields
            .filter(({ start, bits }) => start === 0 && bits !== undefined)
            .map((field) => [field.name, language === 'ko' ? field.ko.value : field.value] as const),
        ]}
        notice={
          error !== undefined
            ? `${error.code}: ${why ?? ''}`
            : awaited !== undefined
              ? WORDS.awaits[language](awaited)
              : undefined
        }
      />
    </Tool>
  );
}

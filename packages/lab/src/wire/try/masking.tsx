/** @jsxRuntime automatic @jsxImportSource preact */
/** Masking (RFC 6455 5.3), a byte at a time, by ws-mini's own `mask`: it works both ways, so each row can be changed. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { decodeUtf8, encodeFrame, encodeUtf8, mask, Opcode } from 'ws-mini/wire';
import { bytesOfHex, hexOf } from '../../page/hex.ts';
import type { Language } from '../../text.ts';
import { ByteTable, Output, Tool, Typed } from './tool.tsx';

export interface Masking {
  readonly masked: Uint8Array;
  /** Which byte of the key each byte meets. */
  readonly keyIndexes: readonly number[];
  readonly keyBytes: readonly number[];
  /** Masked twice: what a server sees. */
  readonly unmasked: Uint8Array;
  /** All of it as a frame of text. */
  readonly frame: Uint8Array;
}

/** @param key 32 bits, the first byte as the highest */
export function masking(payload: Uint8Array, key: number): Masking {
  const masked = withMask(payload, key);
  const keyIndexes = Array.from(payload, (_, i) => i % 4);
  // What zeros become is the key itself.
  const keyBytes = [...withMask(new Uint8Array(payload.length), key)];
  const frame = encodeFrame({ opcode: Opcode.text, payload, maskKey: key });
  return { masked, keyIndexes, keyBytes, unmasked: withMask(masked, key), frame };
}

export function withMask(bytes: Uint8Array, key: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  mask(copy, 0, copy.length, key);
  return copy;
}

const WORDS = {
  title: { en: 'The mask', ko: '마스크' },
  about: {
    en: 'Each byte is XORed with one byte of the key, in turn. To do it twice is to undo it, so the masked bytes can be typed as well.',
    ko: '바이트마다 키의 바이트를 하나씩 차례로 XOR합니다. 두 번 하면 원래대로 돌아오므로, 마스크를 씌운 쪽을 바꾸어도 됩니다.',
  },
  text: { en: 'text', ko: '텍스트' },
  key: { en: 'key', ko: '키' },
  another: { en: 'Another key', ko: '다른 키 뽑기' },
  payload: { en: 'payload', ko: '페이로드' },
  keyIndex: { en: 'byte of the key', ko: '키의 몇 번째' },
  keyByte: { en: 'its value', ko: '그 값' },
  masked: { en: 'masked', ko: '마스크를 씌우면' },
  unmasked: { en: 'unmasked', ko: '마스크를 벗기면' },
  frame: { en: 'as a frame', ko: '프레임으로' },
  size: { en: 'its bytes', ko: '그 크기' },
  wrongKey: { en: 'A key has four bytes, as in 37 fa 21 3d.', ko: '키는 37 fa 21 3d처럼 4바이트입니다.' },
  wrongMasked: {
    en: 'Bytes are two hexadecimal digits each.',
    ko: '바이트는 16진수 두 자리씩입니다.',
  },
  notText: {
    en: 'Without the mask this is not UTF-8: a server would close with 1007.',
    ko: '마스크를 벗기면 UTF-8이 아닙니다. 서버는 1007로 닫습니다.',
  },
};

export function MaskRows({ language }: { language: Language }): VNode {
  const [payload, setPayload] = useState(() => encodeUtf8('안녕'));
  const [key, setKey] = useState(0x37fa213d);
  // What is being typed is kept as it is, also while it is not yet right.
  const [typedKey, setTypedKey] = useState<string>();
  const [typedMasked, setTypedMasked] = useState<string>();
  const { masked, keyIndexes, keyBytes, unmasked, frame } = masking(payload, key);
  const text = decodeUtf8(payload, 0, payload.length);

  const onKey = (typed: string) => {
    const bytes = bytesOfHex(typed);
    const isKey = bytes?.length === 4;
    setTypedKey(isKey ? undefined : typed);
    setTypedMasked(undefined);
    if (isKey) setKey(new DataView(bytes.buffer).getUint32(0));
  };
  const onMasked = (typed: string) => {
    const bytes = bytesOfHex(typed);
    setTypedMasked(typed);
    if (bytes !== undefined) setPayload(withMask(bytes, key));
  };
  const isWrong = typedMasked !== undefined && bytesOfHex(typedMasked) === undefined;
  return (
    <Tool id="mask" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <Typed
          label={WORDS.text[language]}
          name="text"
          size={14}
          maxLength={60}
          value={text ?? ''}
          onText={(typed) => {
            setPayload(encodeUtf8(typed));
            setTypedMasked(undefined);
          }}
        />
        <Typed
          label={WORDS.key[language]}
          name="key"
          size={12}
          maxLength={16}
          value={typedKey ?? hexOf(bytesOfKey(key))}
          onText={onKey}
        />
        <button type="button" onClick={() => onKey(hexOf(crypto.getRandomValues(new Uint8Array(4))))}>
          {WORDS.another[language]}
        </button>
        <Typed
          label={WORDS.masked[language]}
          name="masked"
          size={20}
          maxLength={600}
          value={typedMasked ?? hexOf(masked)}
          onText={onMasked}
        />
      </p>
      <ByteTable
        caption={WORDS.title[language]}
        rows={[
          [WORDS.payload[language], hexes(payload)],
          [WORDS.keyIndex[language], keyIndexes.map(String)],
          [WORDS.keyByte[language], hexes(keyBytes)],
          [WORDS.masked[language], hexes(masked)],
          [WORDS.unmasked[language], hexes(unmasked)],
        ]}
      />
      <Output
        rows={[
          [WORDS.frame[language], hexOf(frame)],
          [WORDS.size[language], sizeWords(frame.length, payload.length, language)],
        ]}
        notice={
          typedKey !== undefined
            ? WORDS.wrongKey[language]
            : isWrong
              ? WORDS.wrongMasked[language]
              : text === undefined
                ? WORDS.notText[language]
                : undefined
        }
      />
    </Tool>
  );
}

/** The server's frame has no key, so it is four bytes shorter. */
function sizeWords(frame: number, payload: number, language: Language): string {
  const head = frame - 4 - payload;
  return language === 'ko'
    ? `${frame} = 헤더 ${head} + 키 4 + 페이로드 ${payload}; 서버가 보내면 키가 없어 ${frame - 4}`
    : `${frame} = header ${head} + key 4 + payload ${payload}; ${frame - 4} from a server, without a key`;
}

function bytesOfKey(key: number): Uint8Array {
  return withMask(new Uint8Array(4), key);
}

function hexes(bytes: Iterable<number>): string[] {
  return Array.from(bytes, (byte) => hexOf([byte]));
}

/** @jsxRuntime automatic @jsxImportSource preact */
/** Changes the chosen byte: bit by bit, as a number, or as text. */
import type { VNode } from 'preact';
import { encodeUtf8 } from 'ws-mini/wire';
import { bytesOfHex, hexOf } from '../page/hex.ts';
import type { Language } from '../text.ts';
import type { Desk } from './desk.ts';
import { bitsAt, type Place } from './reading.ts';

const WORDS = {
  hex: { en: 'in hexadecimal', ko: '16진수로' },
  text: { en: 'as text', ko: '텍스트로' },
  insert: { en: 'Insert a byte before', ko: '앞에 바이트 넣기' },
  remove: { en: 'Delete', ko: '지우기' },
  bit: { en: 'bit', ko: '비트' },
  bits: { en: 'Its bits; each can be switched', ko: '비트를 하나씩 바꿀 수 있습니다' },
  edit: { en: 'Change it', ko: '바꾸기' },
};

/** The byte's bits; those of a frame's first two bytes stand together, as RFC 6455 5.2 draws them. */
export function Bits({
  desk,
  place,
  bytes,
  language,
}: {
  desk: Desk;
  place: Place;
  bytes: Uint8Array;
  language: Language;
}): VNode {
  const reading = desk.reading.value;
  const start = reading && bitsAt(reading, place);
  const isFrame = start !== undefined && start + 1 < bytes.length;
  const offsets = isFrame ? [start, start + 1] : [place.offset];
  const flip = (offset: number, bit: number) =>
    desk.edit({ from: place.from, offset }, 1, Uint8Array.of(bytes[offset]! ^ (0x80 >> bit)));
  return (
    <table class={isFrame ? 'bits frame' : 'bits'}>
      <caption>{WORDS.bits[language]}</caption>
      <thead>
        <tr>
          {offsets.flatMap((offset, i) =>
            BITS.map((bit) => <th key={`${offset} ${bit}`}>{(8 * i + bit) % 10}</th>),
          )}
        </tr>
      </thead>
      <tbody>
        <tr>
          {offsets.flatMap((offset) =>
            BITS.map((bit) => (
              <td key={`${offset} ${bit}`} class={offset === place.offset ? 'here' : undefined}>
                <button
                  type="button"
                  aria-label={`${offset}, ${WORDS.bit[language]} ${bit}`}
                  aria-pressed={isSet(bytes[offset]!, bit)}
                  onClick={() => flip(offset, bit)}
                >
                  {isSet(bytes[offset]!, bit) ? 1 : 0}
                </button>
              </td>
            )),
          )}
        </tr>
        {isFrame && (
          <tr class="names">
            {FRAME_BITS.map(([name, span]) => (
              <td key={name} colSpan={span}>
                {name}
              </td>
            ))}
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** Bit 0 is the highest, as RFC 6455 counts. */
function isSet(byte: number, bit: number): boolean {
  return (byte & (0x80 >> bit)) !== 0;
}

const BITS = [0, 1, 2, 3, 4, 5, 6, 7];
/** The names and widths of RFC 6455 5.2. */
const FRAME_BITS = [
  ['FIN', 1],
  ['RSV', 3],
  ['opcode', 4],
  ['MASK', 1],
  ['Payload len', 7],
] as const;

export function Editing({
  desk,
  place,
  byte,
  language,
}: {
  desk: Desk;
  place: Place;
  byte: number;
  language: Language;
}): VNode {
  const replace = (removed: number, by: Uint8Array) => desk.edit(place, removed, by);
  const onHex = (input: HTMLInputElement) => {
    const bytes = bytesOfHex(input.value);
    if (bytes === undefined || bytes.length === 0) return;
    replace(1, bytes);
    input.select(); // what is typed next overwrites it again
  };
  // A Korean letter is typed in steps: only the last of them counts.
  const onText = ({ value }: HTMLInputElement) => {
    if (value !== '') replace(1, encodeUtf8(value));
  };
  return (
    <fieldset class="edit">
      <legend>{WORDS.edit[language]}</legend>
      <label>
        {WORDS.hex[language]}
        <input
          key={`hex ${place.from} ${place.offset}`}
          name="hex"
          size={4}
          value={hexOf([byte])}
          autocomplete="off"
          spellcheck={false}
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => onHex(event.currentTarget)}
        />
      </label>
      <label>
        {WORDS.text[language]}
        <input
          key={`text ${place.from} ${place.offset}`}
          name="text"
          size={4}
          value={byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ''}
          autocomplete="off"
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => !event.isComposing && onText(event.currentTarget)}
          onCompositionEnd={(event) => onText(event.currentTarget)}
        />
      </label>
      <button type="button" onClick={() => replace(0, Uint8Array.of(0))}>
        {WORDS.insert[language]}
      </button>
      <button type="button" onClick={() => replace(1, new Uint8Array(0))}>
        {WORDS.remove[language]}
      </button>
    </fieldset>
  );
}

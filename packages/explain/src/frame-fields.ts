/**
 * The fields of a frame (RFC 6455 5.2), from the places and values that the decoder has reported. The first two bytes of a
 * header are shown bit by bit, even if the decoder has refused them.
 */
import { closeCodes, type FrameHeader, Opcode, RSV1 } from 'ws-mini/wire';
import { closeCode } from './close-codes.ts';
import * as terms from './frame-terms.ts';
import type { Ledger, Shown } from './ledger.ts';
import { octetsOf, textOf } from './octets.ts';
import type { Term } from './terms.ts';
import type { Text } from './text.ts';

/** Enters a header that has been read, up to the payload. */
export function enterHeader(ledger: Ledger, header: FrameHeader): void {
  enterBits(ledger);
  const keySize = header.maskKey === undefined ? 0 : 4;
  const lengthEnd = ledger.at + header.size - 2 - keySize;
  if (lengthEnd > ledger.at) ledger.enter(terms.EXTENDED_LENGTH, lengthEnd, { value: `${header.length}` });
  if (header.maskKey !== undefined)
    ledger.enter(terms.MASKING_KEY, ledger.at + 4, { value: hex32(header.maskKey) });
}

/** Enters the two bytes that say how the rest of a header is laid out. */
export function enterBits(ledger: Ledger): void {
  const [first, second] = [0, 1].map((i) => ledger.text.charCodeAt(ledger.at - ledger.offset + i)) as [
    number,
    number,
  ];
  const opcode = first & 0x0f;
  const rsv = (first >> 4) & 7;
  const isControl = opcode >= 8;
  const isFinal = first > 0x7f;
  const end = isControl ? '1' : { en: '1, the end of the message', ko: '1, 메시지의 끝' };
  const more = { en: '0, more fragments follow', ko: '0, 조각이 더 옵니다' };
  ledger.enterBits(terms.FIN, 0, 1, isFinal ? end : more);
  const bits = rsv.toString(2).padStart(3, '0');
  const isCompressed = rsv === RSV1 && (opcode === Opcode.text || opcode === Opcode.binary);
  if (isCompressed)
    ledger.enterBits(terms.RSV_COMPRESSED, 1, 4, { en: `${bits}, compressed`, ko: `${bits}, 압축됨` });
  else ledger.enterBits(terms.RSV, 1, 4, bits);
  const type = terms.FRAME_TYPES.get(opcode) ?? terms.RESERVED_TYPE;
  ledger.enterBits(type.opcode, 4, 8, `${opcode}, ${type.name}`);
  ledger.enterBits(terms.MASK, 0, 1, second > 0x7f ? { en: '1, masked', ko: '1, 마스크 있음' } : '0');
  ledger.enterBits(terms.LENGTH, 1, 8, lengthWords(second & 0x7f));
}

function lengthWords(length: number): string | Text {
  if (length < 126) return `${length}`;
  const bytes = length === 126 ? 2 : 8;
  return { en: `${length}, the next ${bytes} bytes tell`, ko: `${length}, 길이는 다음 ${bytes}바이트에` };
}

/**
 * Enters the payload that has come and was not refused.
 *
 * @param type the opcode of the message that the frame belongs to, or of the control frame
 * @param payload unmasked
 * @param inflated what to say of a compressed message that ends here
 */
export function enterPayload(
  ledger: Ledger,
  header: FrameHeader,
  type: number,
  payload: Uint8Array,
  inflated?: Shown,
): void {
  const size = payload.length;
  if (size === 0) return;
  const enter = (term: Term, start: number, end: number, shown?: Shown): void => {
    const octets = octetsOf(payload.subarray(start, end));
    const unmasked = header.maskKey === undefined ? {} : { unmasked: octets, keyIndex: start % 4 };
    ledger.enter(term, ledger.at + end - start, { value: octets, ...unmasked, ...shown });
  };
  const text = (start: number): Shown => ({ value: textOf(payload.subarray(start)), isText: true });
  const term = terms.FRAME_TYPES.get(type)?.payload ?? terms.RESERVED_TYPE.payload;
  if (inflated !== undefined) enter(terms.INFLATED_PAYLOAD, 0, size, inflated);
  else if (type === Opcode.close) {
    if (size < 2) return enter(terms.CLOSE_CODE_BEGUN, 0, size);
    const code = (payload[0]! << 8) | payload[1]!;
    const { name, why } = closeCode(code);
    const en = closeCodes[code] === undefined ? `${code}` : `${code}, ${name.en}`;
    enter({ ...terms.CLOSE_CODE, why }, 0, 2, { value: { en, ko: `${code}, ${name.ko}` } });
    if (size > 2) enter(terms.CLOSE_REASON, 2, size, text(2));
  } else enter(term, 0, size, type === Opcode.text ? text(0) : undefined);
}

function hex32(value: number): string {
  return (value >>> 0)
    .toString(16)
    .padStart(8, '0')
    .replace(/..(?=.)/g, '$& ');
}

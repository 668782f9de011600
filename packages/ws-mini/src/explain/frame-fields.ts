// The fields of a frame (RFC 6455 5.2) as the decoder has reported it: names, places and words. The two
// bytes that every header begins with are shown also where the decoder has refused them, bit by bit.

import { textOf } from '../wire/bytes.ts';
import { closeCodes } from '../wire/close.ts';
import { type FrameHeader, Opcode, RSV1 } from '../wire/frame.ts';
import type { Ledger } from './ledger.ts';

const OPCODES = new Map<number, readonly [name: string, rule: string]>([
  [Opcode.continuation, ['continuation', 'RFC 6455 5.4']],
  [Opcode.text, ['text', 'RFC 6455 5.6']],
  [Opcode.binary, ['binary', 'RFC 6455 5.6']],
  [Opcode.close, ['Close', 'RFC 6455 5.5.1']],
  [Opcode.ping, ['Ping', 'RFC 6455 5.5.2']],
  [Opcode.pong, ['Pong', 'RFC 6455 5.5.3']],
]);

/** Enters a header that has been read, up to the payload. */
export function enterHeader(ledger: Ledger, header: FrameHeader): void {
  enterBits(ledger);
  const keySize = header.maskKey === undefined ? 0 : 4;
  const lengthEnd = ledger.at + header.size - 2 - keySize;
  if (lengthEnd > ledger.at)
    ledger.enter('Extended payload length', lengthEnd, 'RFC 6455 5.2', `${header.length}`);
  if (header.maskKey !== undefined)
    ledger.enter('Masking-key', ledger.at + 4, 'RFC 6455 5.3', hex32(header.maskKey));
}

/** Enters the two bytes that say how the rest of a header is laid out. */
export function enterBits(ledger: Ledger): void {
  const at = ledger.at - ledger.offset;
  const first = ledger.text.charCodeAt(at);
  const second = ledger.text.charCodeAt(at + 1);
  const opcode = first & 0x0f;
  const rsv = (first >> 4) & 7;
  const [name, rule] = OPCODES.get(opcode) ?? ['reserved', 'RFC 6455 5.2'];
  const isControl = opcode >= 8;
  const isFinal = first > 0x7f;
  const fragment = isFinal ? '1' : '0, more fragments follow';
  ledger.enterBits(
    'FIN',
    0,
    1,
    'RFC 6455 5.2',
    isFinal && !isControl ? '1, the end of the message' : fragment,
  );
  const bits = rsv.toString(2).padStart(3, '0');
  const isCompressed = rsv === RSV1 && (opcode === Opcode.text || opcode === Opcode.binary);
  if (isCompressed) ledger.enterBits('RSV1-3', 1, 4, 'RFC 7692 6', `${bits}, compressed`);
  else ledger.enterBits('RSV1-3', 1, 4, 'RFC 6455 5.2', bits);
  ledger.enterBits('opcode', 4, 8, rule, `${opcode}, ${name}`);
  ledger.enterBits('MASK', 0, 1, 'RFC 6455 5.1', second > 0x7f ? '1, masked' : '0');
  ledger.enterBits('Payload length', 1, 8, 'RFC 6455 5.2', lengthWords(second & 0x7f));
}

function lengthWords(length: number): string {
  if (length < 126) return `${length}`;
  return length === 126 ? '126, the next 2 bytes tell' : '127, the next 8 bytes tell';
}

/**
 * Enters payload as far as it has come and is not refused.
 *
 * @param type opcode of the message that the frame belongs to; a control frame's own
 * @param payload unmasked
 * @param inflated what is said of a compressed message that ends here
 */
export function enterPayload(
  ledger: Ledger,
  header: FrameHeader,
  type: number,
  payload: Uint8Array,
  inflated?: string,
): void {
  const isMasked = header.maskKey !== undefined;
  const enter = (name: string, start: number, end: number, rule: string, value?: string): void => {
    const octets = octetsOf(payload, start, end);
    ledger.enter(name, ledger.at + end - start, rule, value ?? octets, isMasked ? octets : undefined);
  };
  const size = payload.length;
  if (size === 0) return;
  if (inflated !== undefined) enter('Payload data', 0, size, 'RFC 7692 7.2.2', inflated);
  else if (type === Opcode.close) {
    if (size < 2) return enter('status code (begun)', 0, size, 'RFC 6455 5.5.1');
    const code = (payload[0]! << 8) | payload[1]!;
    const meaning = closeCodes[code];
    enter('status code', 0, 2, 'RFC 6455 7.4', meaning === undefined ? `${code}` : `${code}, ${meaning}`);
    if (size > 2) enter('reason', 2, size, 'RFC 6455 5.5.1', textOf(payload, 2, size));
  } else if (type === Opcode.text) enter('Payload data', 0, size, 'RFC 6455 5.6', textOf(payload, 0, size));
  else enter('Payload data', 0, size, OPCODES.get(type)?.[1] ?? 'RFC 6455 5.2');
}

/** One character for each byte. */
export function octetsOf(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  // In parts, since an argument list has an end (`explain.test.ts`, "a payload of a megabyte").
  for (let at = start; at < end; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 8192)));
  return text;
}

function hex32(value: number): string {
  return (value >>> 0)
    .toString(16)
    .padStart(8, '0')
    .replace(/..(?=.)/g, '$& ');
}

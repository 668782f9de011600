/**
 * One end of a WebSocket that echoes, for both roles: slow, and so plain that it can be held against RFC 6455 5 to 8 line by
 * line. Every rule is named where it is kept, so that a saboteur is this with one name switched off.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { encodeFrame } from 'ws-mini/wire';
import type { Deflation } from '../../probes/websocket/deflation.ts';
import type { Role } from '../../probes/websocket/frame.ts';
import type { Keeps } from './rules.ts';

const LIMIT = 16 * 1024 * 1024;

interface Frame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly payload: Buffer;
}

interface Message {
  readonly isText: boolean;
  readonly isCompressed: boolean;
  data: Buffer;
}

/** A rule was broken by the peer. */
class Failure extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`close code ${code}`);
    this.code = code;
  }
}

export class PlainEnd {
  readonly #socket: Socket;
  readonly #role: Role;
  readonly #keeps: Keeps;
  readonly #deflation: Deflation | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #message: Message | undefined;
  #lateFrames: [opcode: number, payload: Buffer][] = [];
  #isOver = false;
  #isClosed = false;

  constructor(socket: Socket, role: Role, keeps: Keeps, deflation: Deflation | undefined) {
    this.#socket = socket;
    this.#role = role;
    this.#keeps = keeps;
    this.#deflation = deflation;
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('end', () => {
      if (keeps(this.#isClosed ? 'rfc6455/5.5.1/close-tcp' : 'rfc6455/7.1.7/close-tcp')) socket.end();
    });
  }

  receive(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    let size = 1;
    while (!this.#isOver && size > 0) {
      size = sizeOf(this.#bytes);
      try {
        const frame = this.#read(size);
        if (frame === undefined) return;
        this.#bytes = this.#bytes.subarray(size);
        if (frame.opcode >= 8) this.#takeControl(frame);
        else this.#takeData(frame);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        this.#fail(error.code);
        this.#bytes = this.#bytes.subarray(size);
      }
    }
  }

  #check(rule: string, isKept: boolean, code = 1002): void {
    if (!isKept && this.#keeps(rule)) throw new Failure(code);
  }

  /** Checks the header as soon as it is there. @returns undefined until the whole frame is */
  #read(size: number): Frame | undefined {
    if (size === 0) return undefined;
    const bytes = this.#bytes;
    const [first, second] = [bytes[0]!, bytes[1]!];
    const [fin, rsv, opcode] = [first >= 0x80, (first >> 4) & 7, first & 15];
    const [isMasked, short] = [second >= 0x80, second & 127];
    const isControl = opcode >= 8;
    // RFC 7692 6: with permessage-deflate, RSV1 may stand on the first frame of a message.
    const isRsv1 = this.#deflation !== undefined && rsv === 4;
    if (isRsv1) this.#check('rfc7692/6/not-on-others', opcode === 1 || opcode === 2);
    else this.#check('rfc6455/5.2/rsv', rsv === 0);
    this.#check('rfc6455/5.2/opcode', opcode <= 2 || (opcode >= 8 && opcode <= 10));
    if (this.#role === 'server') this.#check('rfc6455/5.1/unmasked', isMasked);
    else this.#check('rfc6455/5.1/masked', !isMasked);
    if (isControl) {
      this.#check('rfc6455/5.4/control-fragmented', fin);
      this.#check('rfc6455/5.5/control-size', short <= 125);
    }
    const headSize = sizeOfHead(bytes);
    if (bytes.length < headSize) return undefined;
    const long =
      short === 127 ? bytes.readBigUInt64BE(2) : BigInt(short === 126 ? bytes.readUInt16BE(2) : short);
    this.#check('rfc6455/5.2/length-top-bit', long < 2n ** 63n);
    this.#check('rfc6455/5.2/length-minimal', short < 126 || long >= (short === 126 ? 126n : 65_536n));
    const held = this.#message?.data.length ?? 0;
    this.#check('rfc6455/10.4/limits', (long & (2n ** 63n - 1n)) + BigInt(held) <= LIMIT, 1009);
    // Only text is looked at before all of it is there; megabytes would be copied over and over.
    if (bytes.length < size && opcode === 2) return undefined;
    const payload = Buffer.from(bytes.subarray(headSize, size));
    if (isMasked) {
      const key = bytes.subarray(headSize - 4, headSize);
      // A saboteur unmasks whole words, and forgets what is behind them.
      const end = this.#keeps('rfc6455/5.3/xor') ? payload.length : payload.length - (payload.length % 4);
      for (let i = 0; i < end; i++) payload[i]! ^= key[i % 4]!;
    }
    if (!isControl) this.#checkText(opcode, rsv, payload, false);
    return bytes.length < size ? undefined : { fin, rsv, opcode, payload };
  }

  /** Text is looked at as it comes (8.1): what has begun wrong cannot end right. */
  #checkText(opcode: number, rsv: number, payload: Buffer, isWhole: boolean): void {
    const { isText, isCompressed, data } = this.#message ?? {
      isText: opcode === 1,
      isCompressed: (rsv & 4) !== 0,
      data: Buffer.alloc(0),
    };
    if (!isText || (isCompressed && !isWhole)) return;
    this.#check('rfc6455/8.1/bad-utf8', isUtf8(Buffer.concat([data, payload]), isWhole), 1007);
  }

  #takeData({ fin, rsv, opcode, payload }: Frame): void {
    if (opcode === 0) this.#check('rfc6455/5.4/continuation', this.#message !== undefined);
    else this.#check('rfc6455/5.4/interleave', this.#message === undefined);
    this.#message ??= { isText: opcode === 1, isCompressed: (rsv & 4) !== 0, data: Buffer.alloc(0) };
    const message = this.#message;
    message.data = Buffer.concat([message.data, payload]);
    if (!fin && this.#keeps('rfc6455/5.4/fragmented')) return;
    this.#message = undefined;
    message.data = this.#inflate(message);
    if (message.isText) this.#check('rfc6455/8.1/bad-utf8', isUtf8(message.data, true), 1007);
    // An application that answers a turn later, of which a saboteur does not think when it closes.
    if (this.#keeps('rfc6455/5.5.1/current-message')) this.#echo(message);
    else setImmediate(() => this.#isOver || this.#echo(message));
    for (const [late, data] of this.#lateFrames.splice(0)) this.#send(late, data);
  }

  #inflate({ isCompressed, data }: Message): Buffer {
    if (this.#deflation === undefined) return data;
    if (!isCompressed && this.#keeps('rfc7692/6/receive-uncompressed')) return data;
    if (!this.#keeps('rfc7692/6.2/inflate')) return Buffer.from(data.toString('hex'));
    // An inflater that is not given the tail waits for the end of the stream.
    if (!this.#keeps('rfc7692/7.2.2/append')) throw new Failure(1007);
    let inflated: Uint8Array;
    try {
      inflated = this.#deflation.inflate(data);
    } catch {
      throw new Failure(1007);
    }
    this.#check('rfc6455/10.4/limits', inflated.length <= LIMIT, 1009);
    return Buffer.from(inflated);
  }

  #takeControl({ opcode, payload }: Frame): void {
    if (!this.#keeps('rfc6455/5.4/control-between') && this.#message !== undefined) throw new Failure(1002);
    if (opcode === 8) this.#takeClose(payload);
    else if (opcode === 10) {
      if (!this.#keeps('rfc6455/5.5.3/unsolicited')) this.#send(10, payload);
    } else if (opcode === 9 && this.#keeps('rfc6455/5.5.2/pong')) {
      const data = this.#keeps('rfc6455/5.5.3/same-data')
        ? payload
        : Buffer.concat([payload, Buffer.from('!')]);
      if (this.#message !== undefined && !this.#keeps('rfc6455/5.5.2/promptly'))
        this.#lateFrames.push([10, data]);
      else this.#send(10, data);
    }
  }

  #takeClose(body: Buffer): void {
    this.#check('rfc6455/5.5.1/body', body.length !== 1);
    if (body.length >= 2) {
      this.#check('rfc6455/7.4.2/ranges', isCloseCode(body.readUInt16BE(0)));
      this.#check('rfc6455/8.1/bad-utf8', isUtf8(body.subarray(2), true), 1007);
    }
    const code = this.#keeps('rfc6455/5.5.1/echo-code') ? body.subarray(0, 2) : Buffer.of(3, 232);
    if (this.#keeps('rfc6455/5.5.1/answer')) this.#send(8, body.length === 1 ? Buffer.alloc(0) : code);
    this.#isClosed = true;
    if (this.#keeps('rfc6455/5.5.1/after-close')) this.#isOver = true;
    const isFirst =
      this.#role === 'server'
        ? this.#keeps('rfc6455/5.5.1/server-first') && this.#keeps('rfc6455/5.5.1/close-tcp')
        : !this.#keeps('rfc6455/5.5.1/client-waits');
    if (isFirst && this.#isOver) this.#socket.end();
  }

  /** 7.1.7. */
  #fail(code: number): void {
    if (this.#keeps('rfc6455/7.1.7/send-close')) this.#send(8, Buffer.of(code >> 8, code & 255));
    this.#message = undefined;
    if (!this.#keeps('rfc6455/7.1.7/nothing-more') || !this.#keeps('rfc6455/5.5.1/after-close')) return;
    this.#isOver = true;
    if (
      this.#role === 'server'
        ? this.#keeps('rfc6455/7.1.7/close-tcp')
        : !this.#keeps('rfc6455/7.1.7/send-close')
    )
      this.#socket.end();
  }

  #echo({ isText, data }: Message): void {
    const opcode = isText ? 1 : 2;
    if (!this.#keeps('rfc6455/6.2/join')) data = Buffer.concat([data, Buffer.from('!')]);
    if (isText && !this.#keeps('rfc6455/5.6/text-utf8')) data = Buffer.concat([data, Buffer.of(0xff)]);
    if (this.#deflation === undefined) {
      if (!this.#keeps('rfc6455/9.1/unaccepted')) return this.#send(opcode, data, { rsv: 4 });
      if (data.length < 200 || this.#keeps('rfc6455/6.1/opcode-fin')) return this.#send(opcode, data);
      this.#send(opcode, data.subarray(0, 1));
      return this.#send(opcode, data.subarray(1));
    }
    let deflated: Uint8Array = this.#deflation.compress(data);
    if (!this.#keeps('rfc7692/7.2.1/tail')) deflated = Buffer.concat([deflated, Buffer.of(0, 0, 0xff, 0xff)]);
    if (this.#keeps('rfc7692/6/first-frame')) return this.#send(opcode, deflated, { rsv: 4 });
    this.#send(opcode, deflated.subarray(0, 1), { rsv: 4, fin: false });
    this.#send(0, deflated.subarray(1), { rsv: 4 });
  }

  #send(opcode: number, payload: Uint8Array, more: { rsv?: number; fin?: boolean } = {}): void {
    if (!this.#socket.writable) return;
    const masks =
      this.#role === 'client' ? this.#keeps('rfc6455/5.1/mask') : !this.#keeps('rfc6455/5.1/server-mask');
    const maskKey = this.#keeps('rfc6455/5.3/key') ? randomBytes(4).readUInt32BE() : 0x12345678;
    this.#socket.write(encodeFrame({ opcode, payload, ...more, ...(masks && { maskKey }) }));
  }
}

/** 0 until it is known. */
function sizeOfHead(bytes: Buffer): number {
  if (bytes.length < 2) return 0;
  const short = bytes[1]! & 127;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (bytes[1]! >= 0x80 ? 4 : 0);
}

/** Of the frame that begins here, head and payload; of what is not there yet, at least one more. */
function sizeOf(bytes: Buffer): number {
  const head = sizeOfHead(bytes);
  if (head === 0 || bytes.length < head) return head === 0 ? 0 : head;
  const short = bytes[1]! & 127;
  if (short < 126) return head + short;
  return head + (short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2) & (2n ** 63n - 1n)));
}

function isUtf8(bytes: Uint8Array, isWhole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole });
    return true;
  } catch {
    return false;
  }
}

function isCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
  );
}

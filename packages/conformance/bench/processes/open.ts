// Connections to a server under measurement, opened and answered once; what is sent was built before.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Conversation {
  readonly port: number;
  /** As base64: sent once on each connection, and answered by a head; or nothing. */
  readonly opening: string;
  readonly request: string;
  /** Bytes of content in an answer. */
  readonly content: number;
  /** Bytes of the frame header before it; undefined for an HTTP response, whose head is found by looking. */
  readonly header: number | undefined;
  /** The answer is one compressed frame. */
  readonly isCompressed?: boolean;
  /** The answer is an HTTP response in chunks, which are the server's own. */
  readonly isChunked?: boolean;
  /** The server may send the answer by its length or in chunks. */
  readonly isOfAnyFraming?: boolean;
  readonly connections: number;
  /** Milliseconds that opening a connection may take, up to the end of its first answer. Default 10 s. */
  readonly openWithin?: number;
}

/**
 * One for all, since only one read is handed over at a time. With a new one for each read, to count large answers would cost
 * as much as to give them, and the load would be what is measured.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** A connection, and who takes what comes. */
export class Opened {
  readonly socket: Socket;
  /** Of an answer, in bytes. */
  length = 0;
  /** Given a part of the read buffer, which the next read overwrites. */
  take: (bytes: Buffer) => void = () => {};

  constructor(port: number) {
    const callback = (size: number): boolean => {
      this.take(READ_BUFFER.subarray(0, size));
      return true;
    };
    const onread = { buffer: READ_BUFFER, callback };
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.socket.on('error', () => {}); // 'close' follows
  }
}

/** Connections at a time that are being opened: fewer than wait for a server at most. */
const BATCH = 100;

/** @param asks has one request answered on each, checks the answer, and tells how long it is */
export async function openAll(conversation: Conversation, count: number, asks: boolean): Promise<Opened[]> {
  const opened: Opened[] = [];
  while (opened.length < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - opened.length) }, () =>
      open(conversation, asks),
    );
    opened.push(...(await Promise.all(batch)));
  }
  return opened;
}

async function open(load: Conversation, asks: boolean): Promise<Opened> {
  const { openWithin = 10_000 } = load;
  const opened = new Opened(load.port);
  const late = new Error(`the server did not answer a new connection within ${openWithin / 1000} s`);
  const timer = setTimeout(() => opened.socket.destroy(late), openWithin);
  try {
    await converse(opened, load, asks);
  } finally {
    clearTimeout(timer);
  }
  return opened;
}

async function converse(opened: Opened, load: Conversation, asks: boolean): Promise<void> {
  const { socket } = opened;
  await once(socket, 'connect');
  if (load.opening !== '') {
    socket.write(Buffer.from(load.opening, 'base64'));
    await receive(opened, (bytes) => (bytes.includes('\r\n\r\n') ? bytes.length : undefined));
  }
  if (asks) {
    socket.write(Buffer.from(load.request, 'base64'));
    opened.length = await receive(opened, (bytes) => answerLength(bytes, load));
  } else opened.length = load.header! + load.content;
}

const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

function answerLength(bytes: Buffer, conversation: Conversation): number | undefined {
  const { header, content, isCompressed, isOfAnyFraming } = conversation;
  // How short a compressed frame gets is the server's own; two bytes of length at most, as the message has.
  if (isCompressed)
    return bytes.length < 4 ? undefined : bytes[1]! < 126 ? 2 + bytes[1]! : 4 + bytes.readUInt16BE(2);
  if (header !== undefined) return header + content;
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const isChunked = conversation.isChunked || (isOfAnyFraming && /^transfer-encoding: chunked$/im.test(head));
  const framing = isChunked ? 'transfer-encoding: chunked' : `content-length: ${content}`;
  if (!head.startsWith('HTTP/1.1 200 ') || !head.toLowerCase().includes(framing))
    throw new Error(`an unexpected answer: ${head}`);
  if (!isChunked) return end + 4 + content;
  const isWhole = bytes.length > end + 4 + content && bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
  return isWhole ? bytes.length : undefined;
}

/** Waits for as many bytes as `lengthOf` says once it can. */
function receive(opened: Opened, lengthOf: (bytes: Buffer) => number | undefined): Promise<number> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const onClose = (): void =>
      reject(opened.socket.errored ?? new Error('the server closed a connection at its start'));
    opened.take = (chunk) => {
      chunks.push(Buffer.from(chunk));
      const bytes = Buffer.concat(chunks);
      try {
        const length = lengthOf(bytes);
        if (length === undefined || bytes.length < length) return;
        if (bytes.length > length)
          throw new Error(`${bytes.length} bytes came where ${length} were expected`);
        opened.take = () => {};
        opened.socket.off('close', onClose);
        resolve(length);
      } catch (error) {
        reject(error);
      }
    };
    opened.socket.on('close', onClose);
  });
}

/**
 * The frame writer and reader of ws, without a connection. Its types do not declare them; what is used of them is declared
 * here.
 */
import * as ws from 'ws';
import type { FramePlan } from '../arbitraries/websocket.ts';

interface Sender {
  frame(data: Buffer, options: object): (Buffer | string)[];
}
interface Receiver {
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
  on(event: 'ping' | 'pong', listener: (data: Buffer) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  write(chunk: Buffer): boolean;
}
const { Sender, Receiver } = ws as unknown as {
  Sender: Sender;
  Receiver: new (options: object) => Receiver;
};

export function wsFrame({ fin, opcode, payload, maskKey }: FramePlan): Buffer {
  const maskBuffer = Buffer.alloc(4);
  const options = {
    fin,
    opcode,
    rsv1: false,
    mask: maskKey !== undefined,
    maskBuffer,
    generateMask: (buffer: Buffer) => buffer.writeUInt32BE(maskKey!),
    readOnly: true, // it masks in place otherwise
  };
  return Buffer.concat(Sender.frame(Buffer.from(payload), options) as Buffer[]);
}

/** What ws reads in these chunks, one line for each message, ping and pong. */
export function wsRead(chunks: readonly Uint8Array[], isServer: boolean): string[] {
  const lines: string[] = [];
  const receiver = new Receiver({ isServer });
  const note = (type: string) => (data: Buffer) => lines.push(`${type} ${data.toString('hex')}`);
  receiver.on('message', (data, isBinary) => note(isBinary ? 'binary' : 'text')(data));
  receiver.on('ping', note('ping')).on('pong', note('pong'));
  receiver.on('error', (error) => lines.push(`error ${error.message}`));
  for (const chunk of chunks) receiver.write(Buffer.from(chunk));
  return lines;
}

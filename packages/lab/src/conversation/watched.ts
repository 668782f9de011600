/**
 * A socket with its calls told: a Duplex around a net.Socket that says what is read, written, shut down and closed, when it
 * happens. The packages take any Duplex for their transport, so a conversation is seen below them, without asking them.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export type SocketCall =
  | { readonly call: 'read' | 'write'; readonly bytes: Uint8Array }
  | { readonly call: 'end' | 'shutdown' | 'close' };

type Callback = (error?: Error | null) => void;

/**
 * `end` is a read() that returns 0: the other side's FIN.
 *
 * @param tell called in the order of the calls; what it returns is called when that call is done, if that is later
 */
export function watched(socket: Socket, tell: (call: SocketCall) => () => void): Duplex {
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write: (bytes: Buffer, _encoding, callback: Callback) => {
      socket.write(bytes, callback);
      tell({ call: 'write', bytes });
    },
    // What the package corked leaves in one call, writev(); told as one, and as the bytes that it wrote.
    writev: (chunks, callback: Callback) => {
      const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer));
      socket.write(bytes, callback);
      tell({ call: 'write', bytes });
    },
    final: (callback: Callback) => {
      const done = tell({ call: 'shutdown' });
      socket.end(() => {
        done();
        callback();
      });
    },
    destroy: (error, callback: Callback) => {
      socket.once('close', () => callback(error));
      socket.destroy();
    },
  });
  socket.on('data', (bytes: Buffer) => {
    tell({ call: 'read', bytes });
    if (!duplex.push(bytes)) socket.pause();
  });
  socket.on('end', () => {
    tell({ call: 'end' });
    duplex.push(null);
  });
  socket.on('error', (error) => duplex.destroy(error));
  duplex.on('error', () => {}); // it may fail before a program has it, or while none reads it
  socket.on('close', () => {
    tell({ call: 'close' });
    duplex.destroy();
  });
  return duplex;
}

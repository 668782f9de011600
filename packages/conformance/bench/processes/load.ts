// The load: prebuilt bytes out, counted bytes in. Every answer of a server is as long as its first one, so replies are
// counted by dividing; nothing is parsed while the clock runs. Each connection sends `depth` requests in one write, and
// the next ones when all of these are answered.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerCommands, type Measured, report } from './child.ts';

export interface Load {
  readonly port: number;
  /** As base64: sent once on each connection, and answered by a head; or nothing. */
  readonly opening: string;
  readonly request: string;
  /** Bytes of content in an answer. */
  readonly content: number;
  /** Bytes of the frame header before it; undefined for an HTTP response, whose head is found by looking. */
  readonly header: number | undefined;
  readonly connections: number;
  readonly depth: number;
  readonly warmUp: number;
  readonly seconds: number;
}

answerCommands(async (load: Load): Promise<Measured> => {
  const requests = Buffer.concat(Array<Buffer>(load.depth).fill(Buffer.from(load.request, 'base64')));
  const connections = Array.from({ length: load.connections }, () => open(load));
  const sockets = await Promise.all(connections);
  let replies = 0;
  let failure: Error | undefined;
  for (const { socket, length } of sockets) {
    const wanted = length * load.depth;
    let bytes = 0;
    socket.on('data', (chunk) => {
      const before = Math.floor(bytes / length);
      bytes += chunk.length;
      replies += Math.floor(bytes / length) - before;
      if (bytes < wanted) return;
      if (bytes > wanted) failure ??= new Error(`${bytes} bytes came where ${wanted} were expected`);
      bytes = 0;
      socket.write(requests);
    });
    socket.on('close', () => {
      failure ??= new Error('the server closed a connection');
    });
    socket.write(requests);
  }
  await pause(load.warmUp);
  const started = performance.now();
  const first = replies;
  report({ began: true });
  await pause(load.seconds);
  const measured = { count: replies - first, seconds: (performance.now() - started) / 1000 };
  for (const { socket } of sockets) socket.removeAllListeners('close').destroy();
  if (failure) throw failure;
  if (measured.count === 0) throw new Error('no reply came');
  return measured;
});

/** Opens a connection, has one request answered, checks the answer, and tells how long it is. */
async function open(load: Load): Promise<{ socket: Socket; length: number }> {
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {}); // 'close' follows
  await once(socket, 'connect');
  if (load.opening !== '') {
    socket.write(Buffer.from(load.opening, 'base64'));
    await receive(socket, (bytes) => (bytes.includes('\r\n\r\n') ? bytes.length : undefined));
  }
  socket.write(Buffer.from(load.request, 'base64'));
  const length = await receive(socket, (bytes) => answerLength(bytes, load));
  return { socket, length };
}

function answerLength(bytes: Buffer, { header, content }: Load): number | undefined {
  if (header !== undefined) return header + content;
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  if (!head.startsWith('HTTP/1.1 200 ') || !head.toLowerCase().includes(`content-length: ${content}`))
    throw new Error(`an unexpected answer: ${head}`);
  return end + 4 + content;
}

/** Waits for as many bytes as `lengthOf` says once it can. */
function receive(socket: Socket, lengthOf: (bytes: Buffer) => number | undefined): Promise<number> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('the server closed a connection at its start'));
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      try {
        const length = lengthOf(bytes);
        if (length === undefined || bytes.length < length) return;
        if (bytes.length > length)
          throw new Error(`${bytes.length} bytes came where ${length} were expected`);
        socket.off('data', onData).off('close', onClose);
        resolve(length);
      } catch (error) {
        reject(error);
      }
    };
    socket.on('data', onData).on('close', onClose);
  });
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

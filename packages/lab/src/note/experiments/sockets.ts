/** The socket itself: an endpoint that the system gives, one on each side, held by a descriptor (RFC 9293 3.3, ip(7)). */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTcp, createEchoServer } from 'tcp-echo';
import { showsSockets, systemSockets } from '../../sockets.ts';
import { type Experiment, experiment, type Run } from '../experiment.ts';
import { httpClient, openWebSocket, serveHttp, serveWebSocket } from '../servers.ts';
import { bound, dial, HOST, listen, Talker } from '../talker.ts';
import { noteSockets, socketsAt } from './kernel.ts';

export const socketOnEachSide: Experiment = experiment({
  title: {
    en: 'A WebSocket is opened within this process, and the kernel is asked for the sockets behind it.',
    ko: '이 프로세스 안에서 WebSocket을 열고, 그 아래에 있는 소켓을 커널에 묻습니다.',
  },
  async run(run) {
    const { port } = await serveWebSocket(run, () => {});
    await openWebSocket(run, port);
    const sockets = socketsAt(port);
    noteSockets(run, sockets);
    const ends = sockets.filter(({ state }) => state === 'ESTABLISHED');
    const [one, other] = ends;
    return {
      webSockets: 1,
      descriptors: ends.map(({ descriptor }) => descriptor!).sort((a, b) => a - b),
      areOpposite: one?.local.port === other?.remote.port && one?.remote.port === other?.local.port,
    };
  },
  says: ({ webSockets, descriptors, areOpposite }) => ({
    en: `${webSockets} WebSocket, and ${descriptors.length} TCP sockets under it, descriptors ${descriptors.join(' and ')}: ${areOpposite ? 'the address of one is the other’s remote address' : 'their addresses do not match'}.`,
    ko: `WebSocket ${webSockets}개 아래에 TCP 소켓이 ${descriptors.length}개 있습니다. 파일 디스크립터는 ${descriptors.join('번과 ')}번이고, ${areOpposite ? '한쪽의 로컬 주소가 다른 쪽의 원격 주소입니다' : '주소가 서로 맞지 않습니다'}.`,
  }),
  bearsOut: ({ descriptors, areOpposite }) => descriptors.length === 2 && areOpposite,
});

export const emptyPort: Experiment = experiment({
  title: {
    en: 'Four bytes go to a port that nobody has: by TCP, and by UDP.',
    ko: '아무도 쓰지 않는 포트로 4바이트를 보냅니다. 한 번은 TCP로, 한 번은 UDP로 보냅니다.',
  },
  async run(run) {
    const port = await emptyPortOf(run);
    const refused = await dial(run, port).catch((error: NodeJS.ErrnoException) => error);
    const udp = await bound(run);
    const bytes = Buffer.from('ping');
    const sent = await new Promise<number>((resolve, reject) =>
      udp.send(bytes, port, HOST, (error, length) => (error ? reject(error) : resolve(length))),
    );
    run.steps.push({
      who: 'sender',
      call: `sendto(${HOST}:${port}) = ${sent}`,
      bytes: bytes.toString('hex'),
    });
    return { port, tcp: refused instanceof Error ? String(refused.code) : 'connected', sent };
  },
  says: ({ port, tcp, sent }) => ({
    en: `Port ${port}: TCP says ${tcp} and sends nothing; UDP says that it sent ${sent} bytes.`,
    ko: `TCP는 포트 ${port}에 연결하지 못해(${tcp}) 아무것도 보내지 않았습니다. UDP는 ${sent}바이트를 보냈다고 알렸습니다.`,
  }),
  bearsOut: ({ tcp, sent }) => tcp === 'ECONNREFUSED' && sent === 4,
});

/** A port that was free a moment ago. */
async function emptyPortOf(run: Run): Promise<number> {
  const { server, port } = await listen(run, () => {});
  server.close();
  await once(server, 'close');
  run.step('listener', 'close()');
  return port;
}

export const descriptors: Experiment = experiment({
  title: {
    en: 'A program connects to an echo server, and its descriptors are listed before, during and after.',
    ko: '프로그램이 에코 서버에 연결합니다. 연결하기 전, 연결한 동안, 닫은 뒤의 파일 디스크립터를 살펴봅니다.',
  },
  async run(run) {
    const server = createEchoServer();
    run.after(() => server.destroy());
    const { port } = await server.listen();
    const before = socketsAt(port);
    const client = await connectTcp({ port });
    run.after(() => client.destroy());
    await client.send('hello');
    for await (const _ of client) break; // the server has accepted, and answered
    const during = socketsAt(port).filter(({ state }) => state === 'ESTABLISHED');
    noteSockets(run, during);
    await client.close();
    const own = during.find(({ remote }) => remote.port === port);
    const after = systemSockets().find(({ inode }) => inode === own?.inode);
    const fd = own?.descriptor ?? -1;
    run.step('client', `close(${fd}) = 0`);
    return {
      before: before.length,
      fd,
      link: `socket:[${own?.inode}]`,
      isGone: after?.descriptor === undefined,
    };
  },
  says: ({ fd, link, isGone }) => ({
    en: `What the program held of its socket was a number, ${fd}, which stands for ${link} in the kernel. After close() it was ${isGone ? 'gone' : 'still there'}.`,
    ko: `프로그램이 쥔 것은 정수 하나, ${fd}번입니다. 이 번호는 커널의 ${link} 소켓을 가리킵니다. close() 뒤에는 ${isGone ? '사라졌습니다' : '남아 있었습니다'}.`,
  }),
  bearsOut: ({ before, fd, isGone }) => before === 1 && fd > 2 && isGone,
});

export const threeServers: Experiment = experiment({
  title: {
    en: 'An echo server, an HTTP server and a WebSocket server, each with one client; the kernel lists their sockets.',
    ko: '에코 서버, HTTP 서버, WebSocket 서버에 클라이언트를 하나씩 연결하고, 커널에 소켓 목록을 묻습니다.',
  },
  async run(run) {
    const echo = createEchoServer();
    run.after(() => echo.destroy());
    const ports = [(await echo.listen()).port];
    const client = await connectTcp({ port: ports[0]! });
    run.after(() => client.destroy());
    const http = await serveHttp(run, () => ({ body: 'hi' }), {}, 0);
    await (await httpClient(run, http.port).request()).text();
    const webSocket = await serveWebSocket(run, () => {}, { observe: undefined });
    await openWebSocket(run, webSocket.port);
    await client.send('hello');
    for await (const _ of client) break;
    ports.push(http.port, webSocket.port);
    const sockets = ports.flatMap((port) => socketsAt(port));
    noteSockets(run, sockets);
    return {
      protocols: ports.length,
      listening: sockets.filter(({ state }) => state === 'LISTEN').length,
      connected: sockets.filter(({ state }) => state === 'ESTABLISHED').length,
    };
  },
  says: ({ protocols, listening, connected }) => ({
    en: `${protocols} protocols, ${listening} listening sockets and ${connected} connected ones, all of them in the kernel’s one table of TCP.`,
    ko: `프로토콜은 ${protocols}가지, 리스닝 소켓은 ${listening}개, 연결된 소켓은 ${connected}개이며, 모두 커널의 TCP 표 하나에 있습니다.`,
  }),
  bearsOut: ({ protocols, listening, connected }) => listening === protocols && connected === 2 * protocols,
});

/** RFC 9293 3.6.1: a connection is closed one direction at a time. */
export const halfClose: Experiment = experiment({
  title: {
    en: 'The client sends three bytes and its FIN. Only then the server speaks.',
    ko: '클라이언트가 3바이트와 FIN을 보냅니다. 서버는 그 뒤에야 보냅니다.',
  },
  async run(run) {
    const answered: boolean[] = [];
    const { port } = await listen(
      run,
      (socket) => {
        const server = new Talker(run, 'server', socket);
        socket.on('end', () => {
          answered.push(server.hasEnded);
          server.write(`you sent ${server.text.length} bytes`);
          server.end();
        });
      },
      { allowHalfOpen: true },
    );
    const client = await dial(run, port);
    client.write('abc');
    client.end();
    await client.until(() => client.hasEnded);
    return { afterEnd: answered[0] === true, answer: client.text };
  },
  says: ({ answer, afterEnd }) => ({
    en: `After the client’s FIN ${afterEnd ? 'the other direction stayed open' : 'nothing was said'}: “${answer}” came, and then the server’s own FIN.`,
    ko: `클라이언트의 FIN이 온 뒤에도 반대 방향은 ${afterEnd ? '열려 있었습니다' : '쓰이지 않았습니다'}. 서버가 “${answer}”라고 보낸 다음에 서버의 FIN이 왔습니다.`,
  }),
  bearsOut: ({ answer, afterEnd }) => afterEnd && answer === 'you sent 3 bytes',
});

/** RFC 9293 3.8: a stream keeps the order of the bytes, not the calls that wrote them. RFC 768: a datagram stays one. */
export const writeTwice: Experiment = experiment({
  title: {
    en: '“one” and “two” are written in two calls, over TCP and over UDP; the reader looks when both have arrived.',
    ko: '“one”과 “two”를 두 번에 나누어 TCP와 UDP로 보냅니다. 받는 쪽은 둘 다 도착한 뒤에 읽습니다.',
  },
  async run(run) {
    let accepted: (socket: Socket) => void = () => {};
    const connection = new Promise<Socket>((resolve) => (accepted = resolve));
    const { port } = await listen(run, (socket) => accepted(socket), { pauseOnConnect: true });
    const client = await dial(run, port);
    const waiting = await connection;
    client.write('one');
    client.write('two');
    await unread(run, waiting, 6);
    const server = new Talker(run, 'server', waiting);
    waiting.resume();
    await server.until(() => server.text.length >= 6);
    return { written: 2, reads: server.reads.map(String), datagrams: await twoDatagrams(run) };
  },
  says: ({ written, reads, datagrams }) => ({
    en: `TCP: ${written} writes, ${reads.length} read: “${reads.join('”, “')}”. UDP: ${written} sends, ${datagrams.length} reads: “${datagrams.join('”, “')}”.`,
    ko: `TCP는 write() ${written}번이 read() ${reads.length}번에 왔습니다(“${reads.join('”, “')}”). UDP는 ${written}번 보낸 것이 ${datagrams.length}번에 왔습니다(“${datagrams.join('”, “')}”).`,
  }),
  bearsOut: ({ reads, datagrams }) => reads.join('|') === 'onetwo' && datagrams.join('|') === 'one|two',
});

/** Waits until so many bytes lie in the kernel, as it says itself; without /proc, for one turn of the loop. */
async function unread(run: Run, { localPort, remotePort }: Socket, bytes: number): Promise<void> {
  const waiting = () =>
    systemSockets().find(({ local, remote }) => local.port === localPort && remote.port === remotePort)
      ?.unread;
  do await run.turn();
  while (showsSockets && (waiting() ?? 0) < bytes);
}

async function twoDatagrams(run: Run): Promise<string[]> {
  const [sender, receiver] = [await bound(run), await bound(run)];
  const reads: string[] = [];
  const both = new Promise<void>((resolve) =>
    receiver.on('message', (bytes) => {
      run.steps.push({ who: 'receiver', call: `recvfrom() = ${bytes.length}`, bytes: bytes.toString('hex') });
      if (reads.push(bytes.toString()) === 2) resolve();
    }),
  );
  for (const text of ['one', 'two']) {
    run.steps.push({
      who: 'sender',
      call: `sendto() = ${text.length}`,
      bytes: Buffer.from(text).toString('hex'),
    });
    sender.send(text, receiver.address().port, HOST);
  }
  await both;
  return reads;
}

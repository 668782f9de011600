/** WebSocket: it begins as HTTP, on HTTP's port; then either side may speak at any time (RFC 6455). */
import { createHash, randomBytes } from 'node:crypto';
import { switchProtocols } from 'http-mini';
import { WebSocketServer } from 'ws-mini';
import { encodeFrame } from 'ws-mini/wire';
import { type Experiment, experiment } from '../experiment.ts';
import { httpClient, openWebSocket, serveHttp, serveWebSocket, webSocketWitness } from '../servers.ts';
import { dial, HOST } from '../talker.ts';
import { noteSockets, socketsAt } from './kernel.ts';

/** RFC 6455 1.3, 5.7. */
export const oneConnection: Experiment = experiment({
  title: {
    en: 'A WebSocket is opened, says 안녕, hears it back, and closes.',
    ko: 'WebSocket을 열어 안녕을 보내고, 되돌아온 것을 받은 다음 닫습니다.',
  },
  async run(run) {
    let request = 0;
    let status = '';
    const frames: string[] = [];
    const { port } = await serveWebSocket(
      run,
      (connection) => connection.on('message', (message) => connection.send(message)),
      {
        observe(seen, connection) {
          webSocketWitness(run)(seen, connection);
          if (seen.type === 'handshake' && seen.direction === 'in') request = seen.bytes.length;
          if (seen.type === 'handshake' && seen.direction === 'out')
            status = Buffer.from(seen.bytes).toString('latin1', 9, 12);
          if (seen.type === 'frame') frames.push(`${seen.direction} ${seen.header.opcode}`);
        },
      },
    );
    const connection = await openWebSocket(run, port);
    const echo = new Promise<string>((resolve) => connection.on('message', (text) => resolve(String(text))));
    connection.send('안녕');
    const answer = await echo;
    await connection.close(1000);
    return { request, status, frames, answer };
  },
  says: ({ request, status, frames, answer }) => ({
    en: `A request of ${request} bytes in lines, an answer ${status}; from then on frames, ${frames.length} of them, the text “${answer}” in one each way and a Close each way.`,
    ko: `텍스트 줄로 된 요청 ${request}바이트와 ${status} 응답이 오간 뒤로는 프레임뿐이었습니다. 모두 ${frames.length}개로, “${answer}”이라는 텍스트 프레임과 Close가 각 방향에 하나씩입니다.`,
  }),
  bearsOut: ({ status, frames, answer }) =>
    status === '101' && answer === '안녕' && frames.filter((frame) => frame.endsWith(' 1')).length === 2,
});

/** RFC 6455 4.2.1: what is no valid opening request gets 400. */
export const frameFirst: Experiment = experiment({
  title: {
    en: 'A valid frame, “hello”, is sent before the opening handshake.',
    ko: '올바른 프레임 “hello”를 오프닝 핸드셰이크보다 먼저 보냅니다.',
  },
  async run(run) {
    let opened = 0;
    const { port } = await serveWebSocket(run, () => opened++);
    const client = await dial(run, port);
    client.write(encodeFrame({ opcode: 1, payload: 'hello', maskKey: 0x37fa213d }));
    await client.until(() => client.hasEnded);
    return { status: client.text.slice(9, 12), opened };
  },
  says: ({ status, opened }) => ({
    en: `The server answered ${status} and closed; ${opened} WebSockets were opened. The bytes were right, the moment was not.`,
    ko: `서버는 ${status}으로 답하고 닫았습니다. 열린 WebSocket은 ${opened}개입니다. 바이트는 맞았지만 보낼 때가 아니었습니다.`,
  }),
  bearsOut: ({ status, opened }) => status === '400' && opened === 0,
});

/** RFC 6455 1.7: the ports are HTTP's own. */
export const onePort: Experiment = experiment({
  title: {
    en: 'A page by HTTP and a WebSocket from one port; the listening sockets on that port are counted.',
    ko: '한 포트에서 HTTP로 페이지를 받고 WebSocket을 엽니다. 그 포트의 리스닝 소켓을 셉니다.',
  },
  async run(run) {
    const sockets = new WebSocketServer({ noServer: true, observe: webSocketWitness(run) });
    run.after(() => {
      for (const connection of sockets.connections) connection.terminate();
      return sockets.close();
    });
    sockets.on('connection', (connection) => connection.on('message', (text) => connection.send(text)));
    const upgrade = sockets.handler(switchProtocols);
    const { port } = await serveHttp(run, (request) =>
      request.headers.has('upgrade') ? upgrade(request) : { body: 'a page' },
    );
    const page = await (await httpClient(run, port).request()).text();
    const connection = await openWebSocket(run, port);
    const echo = new Promise<string>((resolve) => connection.on('message', (text) => resolve(String(text))));
    connection.send('hi');
    const message = await echo;
    const here = socketsAt(port).filter(({ local }) => local.port === port);
    noteSockets(run, here);
    const listening = here.filter(({ state }) => state === 'LISTEN').length;
    return { page, message, listening, connected: here.length - listening, port };
  },
  says: ({ page, message, listening, connected, port }) => ({
    en: `“${page}” came by HTTP and “${message}” by WebSocket, both over port ${port}: ${listening} listening socket, ${connected} connections.`,
    ko: `“${page}”는 HTTP로, “${message}”는 WebSocket으로 왔고 둘 다 포트 ${port}입니다. 리스닝 소켓 ${listening}개, 연결 ${connected}개입니다.`,
  }),
  bearsOut: ({ page, message, listening, connected }) =>
    page === 'a page' && message === 'hi' && listening === 1 && connected === 2,
});

const UPDATES = 100;

/** RFC 6455 5.1: after the handshake, either side sends whenever it likes. */
export const push: Experiment = experiment({
  title: {
    en: `A client opens a WebSocket and says nothing; the server sends ${UPDATES} updates. Then the client speaks, without being asked either.`,
    ko: `클라이언트는 WebSocket을 열고 가만히 있고, 서버가 업데이트 ${UPDATES}개를 보냅니다. 그다음에는 클라이언트가, 역시 아무도 묻지 않은 메시지를 보냅니다.`,
  },
  async run(run) {
    let requests = 0;
    let asked = 0;
    let heard: (text: string) => void = () => {};
    const last = new Promise<string>((resolve) => (heard = resolve));
    const { port } = await serveWebSocket(
      run,
      (connection) => {
        connection.on('message', (text) => heard(String(text)));
        for (let update = 1; update <= UPDATES; update++) connection.send(`update ${update}`);
      },
      {
        observe(seen, connection) {
          webSocketWitness(run)(seen, connection);
          if (seen.type === 'handshake' && seen.direction === 'in') requests++;
        },
      },
    );
    let updates = 0;
    const connection = await openWebSocket(run, port, {
      observe: (seen) => {
        if (seen.type === 'frame' && seen.direction === 'out' && updates < UPDATES) asked++;
      },
    });
    await new Promise<void>((resolve) => connection.on('message', () => ++updates === UPDATES && resolve()));
    connection.send('nobody asked me');
    return { requests, updates, asked, unasked: await last };
  },
  says: ({ requests, updates, asked, unasked }) => ({
    en: `Requests: ${requests}, the one that opened it. Updates: ${updates}, and the client sent ${asked} frames for them. Then the client sent a message that nobody had asked for either: “${unasked}”.`,
    ko: `요청은 연결을 연 ${requests}개, 업데이트는 ${updates}개이며, 그동안 클라이언트가 보낸 프레임은 ${asked}개입니다. 그 뒤에 클라이언트도 아무도 묻지 않은 메시지 “${unasked}”를 보냈습니다.`,
  }),
  bearsOut: ({ requests, updates, asked, unasked }) =>
    requests === 1 && updates === UPDATES && asked === 0 && unasked === 'nobody asked me',
});

const SILENCE = 60;

/** RFC 6455 5.5.2: a Ping asks whether the peer still lives. */
export const heartbeat: Experiment = experiment({
  title: {
    en: `A client opens a WebSocket and then answers nothing, like a program that was stopped. The server has a heartbeat of ${SILENCE} ms.`,
    ko: `클라이언트가 WebSocket을 연 뒤 멈춘 프로그램처럼 아무 답도 하지 않습니다. 서버의 하트비트는 ${SILENCE} ms입니다.`,
  },
  async run(run) {
    let pings = 0;
    let ended: (code: number) => void = () => {};
    const code = new Promise<number>((resolve) => (ended = resolve));
    const { port } = await serveWebSocket(
      run,
      (connection) => connection.on('close', (info) => ended(info.code)),
      {
        heartbeat: SILENCE,
        observe(seen, connection) {
          webSocketWitness(run)(seen, connection);
          if (seen.type === 'frame' && seen.header.opcode === 9) pings++;
        },
      },
    );
    const client = await dial(run, port);
    client.write(openingRequest(randomBytes(16).toString('base64')));
    await client.until(() => client.text.includes('\r\n\r\n'));
    const isOpen = client.text.startsWith('HTTP/1.1 101');
    const last = await code;
    return { isOpen, pings, code: last };
  },
  says: ({ pings, code }) => ({
    en: `The connection lasted, with nothing to say; then the server sent ${pings} Ping, got no Pong, and gave it up (${code}: there was no Close).`,
    ko: `주고받는 것이 없어도 연결은 이어졌습니다. 그러다 서버가 Ping ${pings}개를 보냈고, Pong이 오지 않자 연결을 끊었습니다(${code}: Close가 없었다는 뜻).`,
  }),
  bearsOut: ({ isOpen, pings, code }) => isOpen && pings >= 1 && code === 1006,
});

/** RFC 6455 10.1: clients need not be browsers. */
export const anyProgram: Experiment = experiment({
  title: {
    en: 'A plain socket opens a WebSocket: the request is written by hand, the digest checked, one masked frame sent.',
    ko: 'TCP 소켓만으로 WebSocket을 엽니다. 요청을 직접 쓰고, 다이제스트를 확인하고, 마스크를 씌운 프레임 하나를 보냅니다.',
  },
  async run(run) {
    const { port } = await serveWebSocket(run, (connection) =>
      connection.on('message', (message) => connection.send(message)),
    );
    const key = randomBytes(16).toString('base64');
    const client = await dial(run, port);
    client.write(openingRequest(key));
    await client.until(() => client.text.includes('\r\n\r\n'));
    const [status, accept] = [
      client.text.slice(9, 12),
      /Sec-WebSocket-Accept: (\S+)/i.exec(client.text)?.[1],
    ];
    const digest = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const head = client.text.length;
    client.write(encodeFrame({ opcode: 1, payload: 'hello', maskKey: randomBytes(4).readUInt32BE() }));
    await client.until(() => client.text.length >= head + 7);
    return { status, isDigest: accept === digest, echo: client.text.slice(head + 2) };
  },
  says: ({ status, isDigest, echo }) => ({
    en: `${status}, a digest that is ${isDigest ? 'right' : 'wrong'}, and “${echo}” came back: the client was a dozen lines over a socket, and no browser.`,
    ko: `${status} 응답이 왔고 다이제스트는 ${isDigest ? '맞았으며' : '틀렸으며'} “${echo}”가 되돌아왔습니다. 클라이언트는 브라우저가 아니라 소켓 위의 열 줄 남짓한 프로그램입니다.`,
  }),
  bearsOut: ({ status, isDigest, echo }) => status === '101' && isDigest && echo === 'hello',
});

const openingRequest = (key: string): string =>
  `GET / HTTP/1.1\r\nHost: ${HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;

const FRAGMENTS = 100;
const BETWEEN = 5;

/** RFC 6455 5.1, 5.4: a fragmented message of one direction does not stop the other. */
export const during: Experiment = experiment({
  title: {
    en: `The client sends one message in ${FRAGMENTS} fragments and holds the last one back until ${BETWEEN} updates of the server have come.`,
    ko: `클라이언트가 메시지 하나를 조각 ${FRAGMENTS}개로 보내되, 마지막 조각은 서버의 업데이트 ${BETWEEN}개가 올 때까지 보내지 않습니다.`,
  },
  async run(run) {
    let whole: (text: string) => void = () => {};
    const message = new Promise<string>((resolve) => (whole = resolve));
    let wasWhole = false;
    let fragments = 0;
    const { port } = await serveWebSocket(
      run,
      (connection) => {
        const timer = setInterval(() => connection.send('update'), 5);
        run.after(() => clearInterval(timer));
        connection.on('message', (text) => {
          wasWhole = true;
          whole(String(text));
        });
      },
      {
        observe(seen, connection) {
          webSocketWitness(run)(seen, connection);
          if (seen.type === 'frame' && seen.direction === 'in') fragments++;
        },
      },
    );
    const connection = await openWebSocket(run, port);
    let between = 0;
    const enough = new Promise<void>((resolve) =>
      connection.on('message', () => {
        if (!wasWhole && ++between === BETWEEN) resolve();
      }),
    );
    for (let sent = 1; sent < FRAGMENTS; sent++) connection.sendFragment('a', false);
    await enough;
    const came = between;
    connection.sendFragment('z', true);
    return { length: (await message).length, fragments, between: came };
  },
  says: ({ length, fragments, between }) => ({
    en: `Between the first and the last of ${fragments} fragments ${between} updates came the other way; then the message was whole, ${length} letters.`,
    ko: `조각 ${fragments}개의 첫 조각과 마지막 조각 사이에 반대쪽에서 업데이트 ${between}개가 왔습니다. 그 뒤에 ${length}자짜리 메시지가 완성되었습니다.`,
  }),
  bearsOut: ({ length, fragments, between }) =>
    fragments === FRAGMENTS && length === FRAGMENTS && between === BETWEEN,
});

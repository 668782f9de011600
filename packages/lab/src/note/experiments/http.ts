/** HTTP: who speaks first, who closes, and when; what one request can bring (RFC 9112 9). */
import { type Experiment, experiment } from '../experiment.ts';
import { httpClient, openWebSocket, serveHttp, serveWebSocket } from '../servers.ts';
import { dial, listen, Talker } from '../talker.ts';

const REQUESTS = 3;

/** RFC 9112 9.3: HTTP/1.0 closes by default, HTTP/1.1 keeps the connection unless one side says close. */
export const whoCloses: Experiment = experiment({
  title: {
    en: `An HTTP/1.0 request; then ${REQUESTS} of HTTP/1.1 with Connection: close, ${REQUESTS} without, and ${REQUESTS} messages over a WebSocket.`,
    ko: `HTTP/1.0 요청 하나를 보냅니다. 이어서 HTTP/1.1 요청 ${REQUESTS}개는 Connection: close로, ${REQUESTS}개는 그 필드 없이 보내고, WebSocket으로는 메시지 ${REQUESTS}개를 보냅니다.`,
  },
  async run(run) {
    const http = await serveHttp(run, () => ({ body: 'hi' }));
    const old = await dial(run, http.port);
    old.write('GET / HTTP/1.0\r\nHost: lab\r\n\r\n');
    await old.until(() => old.hasEnded);
    const count = async (connection: 'close' | 'keep-alive') => {
      const before = http.connections;
      const client = httpClient(run, http.port, { connection });
      for (let asked = 0; asked < REQUESTS; asked++) await (await client.request()).text();
      await client.close();
      return http.connections - before;
    };
    const closed = await count('close');
    const kept = await count('keep-alive');
    let webSocket = 0;
    const sockets = await serveWebSocket(run, (connection) => {
      webSocket++;
      connection.on('message', (message) => connection.send(message));
    });
    const connection = await openWebSocket(run, sockets.port);
    for (let sent = 0; sent < REQUESTS; sent++) {
      const answer = new Promise((resolve) => connection.once('message', resolve));
      connection.send('hi');
      await answer;
    }
    return { requests: REQUESTS, oldIsClosed: old.hasEnded, closed, kept, webSocket };
  },
  says: ({ requests, closed, kept, webSocket }) => ({
    en: `After its answer to HTTP/1.0 the server closed. ${requests} requests that said close took ${closed} connections, ${requests} that did not took ${kept}; the WebSocket took ${webSocket} as well.`,
    ko: `HTTP/1.0 요청에는 서버가 응답하고 연결을 닫았습니다. close를 보낸 요청 ${requests}개에는 연결이 ${closed}개, 그러지 않은 요청 ${requests}개에는 ${kept}개 필요했습니다. WebSocket도 ${webSocket}개였습니다.`,
  }),
  bearsOut: ({ requests, oldIsClosed, closed, kept, webSocket }) =>
    oldIsClosed && closed === requests && kept === 1 && webSocket === 1,
});

export const bothWays: Experiment = experiment({
  title: {
    en: 'A POST with content, which the server sends back in capitals.',
    ko: '본문이 있는 POST를 보내면 서버가 대문자로 바꾸어 돌려줍니다.',
  },
  async run(run) {
    const content = 'data goes both ways';
    let [sent, received] = [0, 0];
    const { port } = await serveHttp(run, async (request) => ({
      body: (await request.text()).toUpperCase(),
    }));
    const client = httpClient(run, port, {
      observe(event) {
        if (event.type === 'sent') sent += event.bytes.length;
        if (event.type === 'received') received += event.bytes.length;
      },
    });
    const response = await client.request({ method: 'POST', body: content });
    const answer = await response.text();
    return { sent, received, content: content.length, answer: answer.length };
  },
  says: ({ sent, received, content, answer }) => ({
    en: `The client sent ${sent} bytes and received ${received}, of these content: ${content} one way and ${answer} the other. The server spoke second; that is all that is one-sided.`,
    ko: `클라이언트가 ${sent}바이트를 보내고 ${received}바이트를 받았습니다. 그 가운데 본문은 가는 쪽 ${content}바이트, 오는 쪽 ${answer}바이트입니다. 한쪽으로 정해진 것은 서버가 나중에 보낸다는 점뿐입니다.`,
  }),
  bearsOut: ({ content, answer }) => content > 0 && answer > 0,
});

const IDLE = 60;

/** RFC 9112 9.3.2 (pipelining), 9.5 (either side may close an idle connection). */
export const twoInOneWrite: Experiment = experiment({
  title: {
    en: `Two GETs in one write; then silence, on a server that keeps an idle connection for ${IDLE} ms.`,
    ko: `GET 두 개를 write() 한 번으로 보내고 가만히 있습니다. 서버는 유휴 연결을 ${IDLE} ms 동안 유지합니다.`,
  },
  async run(run) {
    const { port } = await serveHttp(run, ({ path }) => ({ body: `answer to ${path}` }), {
      idleTimeout: IDLE,
    });
    const client = await dial(run, port);
    client.write('GET /1 HTTP/1.1\r\nHost: lab\r\n\r\nGET /2 HTTP/1.1\r\nHost: lab\r\n\r\n');
    await client.until(() => client.text.includes('answer to /2'));
    const wasOpen = !client.hasEnded;
    await client.until(() => client.hasEnded);
    const order = client.text.match(/answer to \/\d/g) ?? [];
    return { requests: 2, order, wasOpen, isClosed: client.hasEnded };
  },
  says: ({ requests, order, wasOpen }) => ({
    en: `${requests} requests in one write, ${order.length} answers in the same order, and after ${wasOpen ? 'both the connection was open' : 'them the connection was closed already'}. Then nobody asked for a while, and the server closed.`,
    ko: `write() 한 번에 담긴 요청 ${requests}개에 응답 ${order.length}개가 요청한 순서대로 왔고, 그 뒤에도 연결은 ${wasOpen ? '열려 있었습니다' : '이미 닫혀 있었습니다'}. 한동안 아무 요청이 없자 서버가 닫았습니다.`,
  }),
  bearsOut: ({ order, wasOpen, isClosed }) =>
    order.join() === 'answer to /1,answer to /2' && wasOpen && isClosed,
});

const UPDATES = 100;

/** RFC 9112 9.2: a response that nothing asked for is no response. RFC 9110 15.2: several 1xx may come before the final one. */
export const unasked: Experiment = experiment({
  title: {
    en: `A server sends a response that nobody asked for. Then one request gets two interim responses and an answer of ${UPDATES} updates.`,
    ko: `서버가 아무도 요청하지 않은 응답을 보냅니다. 다음에는 요청 하나에 중간 응답(1xx) 두 개와 업데이트 ${UPDATES}개짜리 응답을 보냅니다.`,
  },
  async run(run) {
    const response = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    let connections = 0;
    const { port } = await listen(run, (socket) => {
      const mine = ++connections;
      const talker = new Talker(run, 'server', socket);
      socket.once('data', () => {
        if (mine > 1) return talker.write(response('asked for'));
        talker.write(response('first'));
        // Once the client has read its answer: else both would come in one read, and none would be between two requests.
        setImmediate(() => setTimeout(() => talker.write(response('nobody asked')), 10));
      });
    });
    let closes = () => {};
    const gone = new Promise<void>((resolve) => (closes = resolve));
    const client = httpClient(run, port, { observe: ({ type }) => type === 'closed' && closes() });
    await (await client.request()).text();
    await gone; // the client has seen the response that it did not ask for, and hangs up
    const second = await (await client.request()).text();

    const { informations, updates } = await oneRequest(run);
    return { connections, second, informations, updates };
  },
  says: ({ connections, second, informations, updates }) => ({
    en: `The client closed the connection on which an unasked response came; its second request went over connection ${connections} and was answered “${second}”. Another request alone got ${informations} interim responses, then one answer with ${updates} updates.`,
    ko: `요청하지 않은 응답이 오자 클라이언트는 그 연결을 닫았습니다. 다음 요청은 새 연결(${connections}번)로 갔고 “${second}”라는 응답을 받았습니다. 다른 요청은 하나만으로 중간 응답 ${informations}개와, 업데이트 ${updates}개가 담긴 응답을 받았습니다.`,
  }),
  bearsOut: ({ connections, second, informations, updates }) =>
    connections === 2 && second === 'asked for' && informations === 2 && updates === UPDATES,
});

async function oneRequest(run: Parameters<typeof serveHttp>[0]) {
  const { port } = await serveHttp(run, (request) => {
    request.inform(103, { Link: '</a.css>; rel=preload' });
    request.inform(103, { Link: '</b.css>; rel=preload' });
    return { body: lines() };
  });
  let informations = 0;
  const client = httpClient(run, port);
  const response = await client.request({ onInformation: () => informations++ });
  return { informations, updates: (await response.text()).trimEnd().split('\n').length };
}

async function* lines(): AsyncGenerator<string> {
  for (let update = 1; update <= UPDATES; update++) yield `update ${update}\n`;
}

export const questionAndAnswer: Experiment = experiment({
  title: {
    en: 'Three questions on one connection, each sent when the answer to the last has come.',
    ko: '연결 하나로 세 번 묻습니다. 앞의 응답을 받은 뒤에 다음을 묻습니다.',
  },
  async run(run) {
    const { port } = await serveHttp(run, ({ path }) => ({ body: `you asked for ${path}` }));
    const client = httpClient(run, port);
    let matching = 0;
    const questions = ['/weather', '/news', '/price'];
    for (const target of questions) {
      const answer = await (await client.request({ target })).text();
      if (answer === `you asked for ${target}`) matching++;
    }
    return { questions: questions.length, matching };
  },
  says: ({ questions, matching }) => ({
    en: `${questions} questions, and ${matching} answers, each to its own question.`,
    ko: `질문 ${questions}개에 응답 ${matching}개가 왔고, 모두 제 질문에 대한 응답이었습니다.`,
  }),
  bearsOut: ({ questions, matching }) => questions === matching,
});

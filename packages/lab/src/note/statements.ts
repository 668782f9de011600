/**
 * The note, line by line: its words, whether they hold, the precise sentence, what that rests on, and the experiment that shows
 * it. Nothing here is a figure: those come from the run.
 */
import type { Text } from '../text.ts';
import type { Experiment } from './experiment.ts';
import { backlog, busyServer, twoProcesses } from './experiments/accepting.ts';
import { calls, listenByUdp, pair, receiveOnListener } from './experiments/calls.ts';
import { freshness } from './experiments/freshness.ts';
import { bothWays, questionAndAnswer, twoInOneWrite, unasked, whoCloses } from './experiments/http.ts';
import { lateUpdate } from './experiments/order.ts';
import {
  descriptors,
  emptyPort,
  halfClose,
  socketOnEachSide,
  threeServers,
  writeTwice,
} from './experiments/sockets.ts';
import {
  anyProgram,
  during,
  frameFirst,
  heartbeat,
  oneConnection,
  onePort,
  push,
} from './experiments/websocket.ts';

export type Verdict = 'holds' | 'holds-if' | 'imprecise';

export interface Statement {
  /** Its place on the page, and in a link to it. */
  readonly id: string;
  /** The note's words in Korean, and what they say in English. */
  readonly note: Text;
  readonly verdict: Verdict;
  readonly precisely: Text;
  /** `RFC 9112 9.3`, or a page of the manual, `accept(2)`. */
  readonly rests: readonly string[];
  /** The rung of the ladder that builds what the line is about: `http-3`. */
  readonly rung?: string;
  /** undefined: there is nothing to run, as with a slip of the pen or a piece of history. */
  readonly experiment?: Experiment;
}

/** The lines of the note under one of its headings. */
export interface Chapter {
  readonly title: Text;
  readonly statements: readonly Statement[];
}

const http: Chapter = {
  title: { en: 'HTTP', ko: 'HTTP' },
  statements: [
    {
      id: 'protocols',
      note: {
        ko: 'HTTP와 WebSocket은 통신 프로토콜',
        en: 'HTTP and WebSocket are protocols of communication',
      },
      verdict: 'holds',
      precisely: {
        ko: '둘 다 TCP 위의 응용 계층 프로토콜이고, WebSocket은 오프닝 핸드셰이크만 HTTP에서 빌립니다.',
        en: 'Both are protocols of the application layer, on TCP; of HTTP, WebSocket borrows only the opening handshake.',
      },
      rests: ['RFC 6455 1.7'],
      rung: 'ws-1',
      experiment: oneConnection,
    },
    {
      id: 'rules',
      note: {
        ko: '프로토콜은 데이터 교환 방식을 정의하는 규칙 체계',
        en: 'a protocol is a system of rules that define how data is exchanged',
      },
      verdict: 'holds',
      precisely: {
        ko: '형식만이 아니라 순서와 시점, 그리고 틀렸을 때 할 일까지 정합니다.',
        en: 'Rules not only of form, but also of order and of the moment, and of what to do about a mistake.',
      },
      rests: ['RFC 6455 4.2.1', 'RFC 9110 15.5.1'],
      experiment: frameFirst,
    },
    {
      id: 'only-if-asked',
      note: { ko: '요청이 있을 때만 서버가 응답', en: 'the server answers only if there is a request' },
      verdict: 'holds-if',
      precisely: {
        ko: '요청하지 않은 응답을 클라이언트는 응답으로 여겨서는 안 됩니다. 다만 요청 하나에 중간 응답(1xx)이 여러 개 올 수도 있고, 응답이 끝나지 않을 수도 있습니다.',
        en: 'A client must not take for an answer what it did not ask for. But one request can bring several interim responses (1xx), and an answer that does not end.',
      },
      rests: ['RFC 9112 9.2', 'RFC 9110 15.2'],
      rung: 'http-9',
      experiment: unasked,
    },
    {
      id: 'closes-at-once',
      note: { ko: '응답하고 곧바로 연결을 종료', en: 'it answers and closes the connection at once' },
      verdict: 'imprecise',
      precisely: {
        ko: 'HTTP/1.0의 기본 동작입니다. HTTP/1.1은 어느 쪽도 close를 보내지 않으면 연결을 유지합니다.',
        en: 'That is what HTTP/1.0 does by default. HTTP/1.1 keeps the connection unless one side says close.',
      },
      rests: ['RFC 9112 9.3', 'RFC 9112 9.6'],
      rung: 'http-3',
      experiment: whoCloses,
    },
    {
      id: 'one-way',
      note: { ko: '1) 단방향 통신', en: '1) communication in one direction' },
      verdict: 'imprecise',
      precisely: {
        ko: '한쪽으로 정해진 것은 누가 먼저 보내는가뿐이고, 데이터는 양쪽으로 흐릅니다.',
        en: 'Only who speaks first is fixed; data flows both ways.',
      },
      rests: ['RFC 9110 3.3', 'RFC 9110 9.3.3'],
      experiment: bothWays,
    },
    {
      id: 'closes-after-answer',
      note: {
        ko: '2) 응답 후 연결이 바로 종료',
        en: '2) after the answer the connection ends at once',
      },
      verdict: 'imprecise',
      precisely: {
        ko: '응답 뒤에도 연결은 남아 다음 요청을 받습니다. 다만 유휴 연결은 어느 쪽이든 언제든 닫을 수 있습니다.',
        en: 'It stays for the next request. But an idle connection may be closed by either side, at any time.',
      },
      rests: ['RFC 9112 9.3.2', 'RFC 9112 9.5'],
      experiment: twoInOneWrite,
    },
    {
      id: 'no-real-time',
      note: {
        ko: '3) 실시간 연결이 아니고 필요할 때만 요청',
        en: '3) no real-time connection; it asks only when it needs to',
      },
      verdict: 'holds-if',
      precisely: {
        ko: '폴링에서는 묻는 간격이 데이터의 나이를 정하고, 끝나지 않는 응답은 푸시와 다름없습니다. 기한을 보장한다는 뜻이라면 HTTP도 WebSocket도 TCP도 실시간이 아닙니다.',
        en: 'The interval of polling decides how old the data is; with an answer that does not end, HTTP is as good as push. None of HTTP, WebSocket and TCP is real time in the sense of a guaranteed deadline.',
      },
      rests: ['RFC 9112 7.1', 'RFC 6202 2'],
      experiment: freshness,
    },
    {
      id: 'waits-for-answer',
      note: {
        ko: '4) 응답을 기다리는 애플리케이션에 사용',
        en: '4) used by applications that wait for an answer',
      },
      verdict: 'holds',
      precisely: {
        ko: '묻고 답을 기다리는 일에는 요청과 응답 한 쌍이면 됩니다.',
        en: 'Where one asks and waits, a request and its response are just what is needed.',
      },
      rests: ['RFC 9110 3.4'],
      rung: 'http-3',
      experiment: questionAndAnswer,
    },
  ],
};

const webSocket: Chapter = {
  title: { en: 'WebSocket', ko: 'WebSocket' },
  statements: [
    {
      id: 'port',
      note: { ko: 'WebSocket은 특정 포트를 통해', en: 'WebSocket uses a particular port' },
      verdict: 'holds-if',
      precisely: {
        ko: 'WebSocket만의 포트는 없습니다. 기본은 HTTP와 같은 80과 443이고, 경로로 구분하면 둘이 한 포트를 함께 쓸 수 있습니다.',
        en: 'It has no port of its own. The defaults are HTTP’s, 80 and 443, and both can share one, told apart by the path.',
      },
      rests: ['RFC 6455 1.7'],
      experiment: onePort,
    },
    {
      id: 'real-time-both-ways',
      note: { ko: '실시간으로 양방향 통신', en: 'it communicates both ways in real time' },
      verdict: 'holds-if',
      precisely: {
        ko: '양방향은 맞습니다. 그러나 TCP는 순서를 지키므로, 세그먼트 하나가 200 ms 늦으면 그 뒤의 것도 모두 늦습니다.',
        en: 'Both ways it is. But TCP keeps the order: if one piece is 200 ms late, all that is behind it is late too.',
      },
      rests: ['RFC 6455 5.1', 'RFC 9293 3.4'],
      experiment: lateUpdate,
    },
    {
      id: 'title',
      note: { ko: '(제목) SOCKET 통신의 특징', en: '(heading) Properties of socket communication' },
      verdict: 'imprecise',
      precisely: {
        ko: '잘못 적은 것으로 보입니다. WebSocket을 설명하는 절이므로 제목은 “WebSocket 통신의 특징”이어야 합니다.',
        en: 'A slip of the pen: the section is about WebSocket, so it is “Properties of WebSocket communication”.',
      },
      rests: ['RFC 6455 1.1'],
    },
    {
      id: 'keeps-connection',
      note: {
        ko: '1) 계속 연결을 유지하는 양방향 통신',
        en: '1) communication both ways that keeps its connection',
      },
      verdict: 'holds',
      precisely: {
        ko: '어느 한쪽이 닫을 때까지 유지합니다. 중간 장비가 끊거나 상대가 멈추는 일이 있으므로 하트비트가 필요합니다.',
        en: 'Until one side closes. Because boxes on the way may cut it, and peers may stop, it needs a heartbeat.',
      },
      rests: ['RFC 6455 5.5.2', 'RFC 6455 7.1.5'],
      rung: 'ws-4',
      experiment: heartbeat,
    },
    {
      id: 'when-real-time',
      note: { ko: '2) 실시간으로 주고받을 때', en: '2) for giving and taking in real time' },
      verdict: 'holds-if',
      precisely: {
        ko: '양쪽이 모두 보낼 때는 맞습니다. 서버만 보내면 되는 곳에는 끝나지 않는 HTTP 응답으로도 충분합니다.',
        en: 'Right where both sides speak. Where only the server has something to say, an HTTP response that does not end is enough.',
      },
      rests: ['RFC 6202 3'],
      experiment: freshness,
    },
    {
      id: 'video-and-games',
      note: { ko: '3) 동영상 스트리밍, 온라인 게임', en: '3) video streaming, online games' },
      verdict: 'holds-if',
      precisely: {
        ko: '동영상은 대개 HTTP로 나누어 받거나 WebRTC로 받고, 빠른 게임은 UDP를 씁니다. WebSocket은 채팅, 알림, 시세, 턴제 게임에 흔합니다.',
        en: 'Video mostly comes in pieces by HTTP, or by WebRTC; fast games use UDP. WebSocket is common for chats, notices, prices and games by turns.',
      },
      rests: ['RFC 8216 1', 'RFC 8831 3'],
      experiment: lateUpdate,
    },
    {
      id: 'main-difference',
      note: {
        ko: '4) “WebSocket과의 주요 차이점은 … HTTP에서 발생하는 것처럼 …”',
        en: '4) “the main difference from WebSocket is … as happens in HTTP …”',
      },
      verdict: 'imprecise',
      precisely: {
        ko: '“HTTP와의 주요 차이점은 매번 요청하지 않아도 데이터를 받을 수 있다는 것”으로 읽어야 뜻이 통합니다. 다만 처음에 한 번은 요청합니다.',
        en: 'It should read: the main difference from HTTP is that data comes without being asked for each time. There is one request, at the beginning.',
      },
      rests: ['RFC 6455 1.2', 'RFC 6455 1.3'],
      experiment: push,
    },
    {
      id: 'by-itself',
      note: {
        ko: '데이터는 저절로 온다; 채팅, 주식',
        en: 'data comes by itself; chats, stock prices',
      },
      verdict: 'holds',
      precisely: {
        ko: '핸드셰이크 뒤에는 양쪽 모두 언제든 데이터 프레임을 보낼 수 있습니다.',
        en: 'After the handshake, either side may send a data frame at any time.',
      },
      rests: ['RFC 6455 5.1'],
      experiment: push,
    },
  ],
};

const socket: Chapter = {
  title: { en: 'The socket', ko: '소켓' },
  statements: [
    {
      id: 'not-the-same',
      note: { ko: 'WebSocket과 Socket은 다르다', en: 'WebSocket and socket are different things' },
      verdict: 'holds',
      precisely: {
        ko: '하나는 프로토콜이고, 하나는 운영체제가 주는 끝점입니다. WebSocket 연결에도 양쪽에 소켓이 하나씩 있습니다.',
        en: 'One is a protocol, the other an endpoint that the system gives. A WebSocket has a socket, too, on each side.',
      },
      rests: ['RFC 6455 1.5', 'socket(2)'],
      experiment: socketOnEachSide,
    },
    {
      id: 'both-ends',
      note: {
        ko: '통신의 종착점, 양측 다 소켓이 있어야',
        en: 'the endpoint of communication; both sides must have a socket',
      },
      verdict: 'holds',
      precisely: {
        ko: 'TCP에서 그렇습니다. TCP 연결은 두 끝점(주소와 포트)의 쌍입니다. UDP는 받을 소켓이 없어도 보냅니다.',
        en: 'With TCP: its connection is a pair of endpoints, each an address and a port. UDP sends also where no socket receives.',
      },
      rests: ['RFC 9293 4', 'connect(2)', 'udp(7)'],
      experiment: emptyPort,
    },
    {
      id: 'must-use-socket',
      note: { ko: '프로세스는 반드시 소켓으로', en: 'a process can do it only by a socket' },
      verdict: 'holds',
      precisely: {
        ko: '네트워크로 보내려면 그렇습니다. 프로그램은 소켓을 파일 디스크립터로 가리킵니다.',
        en: 'To send into a network, yes; a program names its socket by a file descriptor.',
      },
      rests: ['socket(2)', 'proc(5)'],
      experiment: descriptors,
    },
    {
      id: 'two-hosts',
      note: {
        ko: '떨어져 있는 두 호스트를 연결, 구조체',
        en: 'it joins two distant hosts; it is a structure',
      },
      verdict: 'holds-if',
      precisely: {
        ko: '한 호스트 안에서도, 네트워크 없이도 됩니다. 구조체는 커널 안에 있고 프로그램이 쥐는 것은 정수입니다.',
        en: 'Within one host it works as well, and without a network. The structure is in the kernel; the program holds an integer.',
      },
      rests: ['socketpair(2)', 'unix(7)'],
      experiment: pair,
    },
    {
      id: 'two-kinds',
      note: {
        ko: '서버 소켓과 클라이언트 소켓으로 구분',
        en: 'there are server sockets and client sockets',
      },
      verdict: 'holds-if',
      precisely: {
        ko: '커널은 리스닝 소켓과 연결된 소켓을 구분합니다. 연결된 뒤에는 양쪽 소켓이 대등합니다.',
        en: 'What the kernel tells apart is listening and connected sockets. Once connected, both sides’ are equals.',
      },
      rests: ['listen(2)', 'RFC 9293 3.3.2'],
      experiment: twoProcesses,
    },
  ],
};

const server: Chapter = {
  title: { en: 'The server’s socket', ko: '서버 소켓' },
  statements: [
    {
      id: 'creates-client-socket',
      note: {
        ko: '요청이 오면 클라이언트 소켓을 생성',
        en: 'when a request comes, it creates a client socket',
      },
      verdict: 'imprecise',
      precisely: {
        ko: '서버가 얻는 것은 자기 쪽의 새 연결 소켓입니다. 클라이언트의 소켓은 클라이언트가 만듭니다.',
        en: 'What the server gets is a new connected socket of its own. The client’s socket is made by the client.',
      },
      rests: ['accept(2)'],
      rung: 'tcp-1',
      experiment: twoProcesses,
    },
    {
      id: 'server-socket',
      note: { ko: '1) socket()', en: '1) socket()' },
      verdict: 'holds',
      precisely: {
        ko: '양쪽 모두의 첫 호출입니다.',
        en: 'The first call of both sides.',
      },
      rests: ['socket(2)'],
      experiment: calls,
    },
    {
      id: 'bind',
      note: { ko: '2) bind()로 ip와 port', en: '2) bind() gives it an IP address and a port' },
      verdict: 'holds',
      precisely: {
        ko: '포트 0이면 커널이 고릅니다. 클라이언트의 소켓에도 주소가 필요하며, bind()를 부르지 않으면 connect()가 정합니다.',
        en: 'With port 0 the kernel picks one. The client’s socket needs an address as well: if it does not call bind(), connect() sees to it.',
      },
      rests: ['bind(2)', 'ip(7)'],
      experiment: calls,
    },
    {
      id: 'listen',
      note: {
        ko: '3) listen()이 몇 클라이언트를 대기시킬지 결정',
        en: '3) listen() decides how many clients may wait',
      },
      verdict: 'holds-if',
      precisely: {
        ko: '백로그는 이미 성립해 accept()를 기다리는 연결의 상한입니다(Linux 2.2부터이며, somaxconn을 넘지 못합니다). 정확한 수도, 동시 접속자 수도 아닙니다.',
        en: 'The backlog is a limit on connections that are established and wait for accept() (since Linux 2.2, and cut to somaxconn). It is neither exact nor the number of clients at a time.',
      },
      rests: ['listen(2)', 'tcp(7)'],
      experiment: backlog,
    },
    {
      id: 'accept-waits',
      note: { ko: '4) accept()로 연결을 기다림', en: '4) accept() waits for a connection' },
      verdict: 'holds-if',
      precisely: {
        ko: '성립한 연결을 큐에서 꺼내며, 큐가 비었을 때만 기다립니다. 핸드셰이크는 커널이 합니다.',
        en: 'It takes one that is established out of a queue, and waits only if the queue is empty. The handshake is the kernel’s work.',
      },
      rests: ['accept(2)', 'RFC 9293 3.5'],
      experiment: busyServer,
    },
    {
      id: 'by-client-socket',
      note: { ko: '송수신은 클라이언트 소켓에서', en: 'sending and receiving is done by the client socket' },
      verdict: 'holds-if',
      precisely: {
        ko: '“클라이언트 소켓”이 accept()가 돌려준 연결 소켓을 뜻한다면 맞습니다. 리스닝 소켓으로는 한 바이트도 오가지 않습니다.',
        en: 'True of the connected socket that accept() returned, which is one way to read “client socket”. Over the listening one, not a byte goes.',
      },
      rests: ['recv(2)', 'accept(2)'],
      experiment: receiveOnListener,
    },
  ],
};

const client: Chapter = {
  title: { en: 'The client’s socket', ko: '클라이언트 소켓' },
  statements: [
    {
      id: 'connect',
      note: { ko: '1) socket() 2) connect()', en: '1) socket() 2) connect()' },
      verdict: 'holds',
      precisely: {
        ko: 'connect()는 TCP 핸드셰이크가 끝나야 성공합니다.',
        en: 'connect() succeeds once the TCP handshake is done.',
      },
      rests: ['connect(2)', 'RFC 9293 3.5'],
      experiment: calls,
    },
    {
      id: 'accept-returns',
      note: {
        ko: '3) accept()가 클라이언트의 socket descriptor를 반환',
        en: '3) accept() returns the client’s socket descriptor',
      },
      verdict: 'imprecise',
      precisely: {
        ko: '서버 프로세스의 새 소켓을 가리키는 디스크립터를 서버에 돌려줍니다. 리스닝 소켓은 그대로입니다.',
        en: 'It gives the server a descriptor of a new socket, in the server’s own process. The listening socket stays as it was.',
      },
      rests: ['accept(2)'],
      rung: 'tcp-1',
      experiment: twoProcesses,
    },
    {
      id: 'read-write',
      note: { ko: '4) read(), write()의 반복', en: '4) read() and write(), again and again' },
      verdict: 'holds',
      precisely: {
        ko: '다만 횟수가 서로 맞지는 않습니다. write() 두 번이 read() 한 번에 올 수 있습니다.',
        en: 'But they do not come in pairs: two writes may arrive in one read.',
      },
      rests: ['RFC 9293 3.8', 'RFC 768', 'read(2)'],
      rung: 'tcp-2',
      experiment: writeTwice,
    },
  ],
};

const comparison: Chapter = {
  title: { en: 'Socket and WebSocket', ko: 'Socket과 WebSocket' },
  statements: [
    {
      id: 'general-term',
      note: {
        ko: 'socket은 일반 용어, WebSocket은 특정 프로토콜',
        en: 'socket is a general term, WebSocket a particular protocol',
      },
      verdict: 'holds',
      precisely: {
        ko: '소켓은 거의 모든 네트워크 프로토콜이 쓰는 API입니다.',
        en: 'Sockets are the interface that nearly every network protocol is built on.',
      },
      rests: ['socket(7)', 'RFC 6455 1.1'],
      experiment: threeServers,
    },
    {
      id: 'socket-both-ways',
      note: {
        ko: '소켓을 사용한 양방향 통신, 인터페이스',
        en: 'communication both ways by sockets; an interface',
      },
      verdict: 'holds',
      precisely: {
        ko: 'TCP 소켓은 전이중이고, 두 방향은 따로 끝납니다.',
        en: 'A TCP socket is full duplex, and each direction ends by itself.',
      },
      rests: ['RFC 9293 3.6.1', 'shutdown(2)'],
      rung: 'tcp-4',
      experiment: halfClose,
    },
    {
      id: 'low-level',
      note: { ko: '저수준, TCP/IP 또는 UDP', en: 'low level, TCP/IP or UDP' },
      verdict: 'holds-if',
      precisely: {
        ko: 'TCP와 UDP 모두 IP 위에 있으니 “TCP 또는 UDP”입니다. UDP에는 listen()도 accept()도 없습니다.',
        en: 'Read it as “TCP or UDP”: both are on IP. UDP has neither listen() nor accept().',
      },
      rests: ['ip(7)', 'listen(2)', 'RFC 768'],
      experiment: listenByUdp,
    },
    {
      id: 'html5',
      note: { ko: 'HTML5에서 소개된 프로토콜', en: 'a protocol that HTML5 introduced' },
      verdict: 'holds-if',
      precisely: {
        ko: '2008년 HTML5 초안의 API로 시작했습니다. 프로토콜은 2010년 IETF로 옮겨 RFC 6455(2011년)가 되었고, API는 WHATWG 표준입니다.',
        en: 'It began in 2008 as an interface in the draft of HTML5. In 2010 the protocol moved to the IETF and became RFC 6455 (2011); the interface is a standard of the WHATWG.',
      },
      rests: ['RFC 6455'],
    },
    {
      id: 'browser-and-server',
      note: { ko: '웹 브라우저와 웹 서버 간', en: 'between a browser and a web server' },
      verdict: 'holds-if',
      precisely: {
        ko: '브라우저가 아닌 클라이언트도 씁니다.',
        en: 'Clients that are no browsers use it too.',
      },
      rests: ['RFC 6455 10.1'],
      experiment: anyProgram,
    },
    {
      id: 'lasting-full-duplex',
      note: { ko: '지속적인 연결, 전이중', en: 'a lasting connection, full duplex' },
      verdict: 'holds',
      precisely: {
        ko: '한쪽이 메시지를 보내는 도중에도 다른 쪽이 보낼 수 있습니다.',
        en: 'While one side is in the middle of a message, the other can send.',
      },
      rests: ['RFC 6455 5.1', 'RFC 6455 5.4'],
      rung: 'ws-5',
      experiment: during,
    },
    {
      id: 'unlike-http',
      note: { ko: 'HTTP와는 달리 연결을 유지', en: 'unlike HTTP, it keeps the connection' },
      verdict: 'imprecise',
      precisely: {
        ko: 'HTTP/1.1도 연결을 유지합니다. 다른 점은 누가 먼저 보낼 수 있는가입니다.',
        en: 'HTTP/1.1 keeps it as well. What differs is who may speak first.',
      },
      rests: ['RFC 9112 9.3', 'RFC 6455 5.1'],
      rung: 'http-3',
      experiment: whoCloses,
    },
  ],
};

export const chapters: readonly Chapter[] = [http, webSocket, socket, server, client, comparison];

export const statements: readonly Statement[] = chapters.flatMap((chapter) => chapter.statements);

/** What each step means, in a sentence or two: what a textbook says of the call, and what it leaves out. */
import type { Text } from '../text.ts';
import type { Side, Step } from './recorder.ts';

/**
 * @param before the steps before it
 * @param names what the bytes of this step are, as `carriedBy` says
 */
export function meaningOf(
  step: Step,
  before: readonly Step[],
  names: readonly string[],
  isListener: boolean,
): Text {
  const { by, call, bytes } = step;
  const hasSentFin = (side: Side) => before.some((one) => one.by === side && one.call === 'shutdown');
  if (call === 'shutdown') return hasSentFin(by === 'client' ? 'server' : 'client') ? SECOND_FIN : FIRST_FIN;
  if (call === 'read' && bytes === undefined) return hasSentFin(by) ? LAST_END : END;
  if (call === 'read') return meaningOfRead(names);
  if (call === 'write') return meaningOfWrite(by, names[0]);
  if (call === 'close') return isListener ? LISTENER_CLOSED : CLOSED;
  return MEANINGS[`${by} ${call}`] ?? MEANINGS[call]!;
}

const MEANINGS: { readonly [call: string]: Text } = {
  'server socket': {
    en: 'The kernel makes an end point, and a descriptor with which this process names it. It has no address yet.',
    ko: '커널이 끝점을 만들고, 이 프로세스가 그 끝점을 가리킬 디스크립터를 줍니다. 아직 주소는 없습니다.',
  },
  'client socket': {
    en: 'The client makes a socket of its own. A connection always has two, one at each end.',
    ko: '클라이언트도 자기 소켓을 만듭니다. 연결에는 언제나 양쪽에 하나씩, 소켓이 둘 있습니다.',
  },
  bind: {
    en: 'The socket gets its address. Port 0 asks the kernel for any free port; the client’s connect() shows which it was.',
    ko: '소켓에 주소를 정합니다. 포트 0은 남는 포트를 골라 달라는 뜻이며, 고른 번호는 클라이언트의 connect()에 보입니다.',
  },
  listen: {
    en: 'From now on the kernel accepts connections here by itself. The number limits how many may wait for accept(), not how many clients there may be.',
    ko: '이제부터 커널이 이곳으로 오는 연결을 스스로 맺습니다. 숫자는 accept()를 기다릴 수 있는 연결의 상한이며, 동시 접속자 수가 아닙니다.',
  },
  connect: {
    en: 'The kernel picks a port for the client and shakes hands: SYN, SYN and ACK, ACK. No program sees these three. EINPROGRESS only says that Node does not stand still for them. The server’s end is there already, and waits for accept().',
    ko: '커널이 클라이언트의 포트를 고르고 TCP 핸드셰이크(SYN, SYN+ACK, ACK)를 합니다. 이 셋은 어느 프로그램에도 보이지 않습니다. EINPROGRESS는 Node가 멈춰 서서 기다리지 않는다는 뜻입니다. 서버 쪽 끝은 이미 생겨서 accept()를 기다립니다.',
  },
  accept: {
    en: 'accept() hands over a connection that exists already, under a new descriptor. The listener keeps its own and goes on listening: not a byte passes through it.',
    ko: 'accept()는 이미 맺어진 연결을 새 디스크립터로 내줍니다. 리스닝 소켓은 번호도 그대로이고 연결도 계속 기다립니다. 이 소켓으로는 한 바이트도 오가지 않습니다.',
  },
};

const FIRST_FIN: Text = {
  en: 'FIN: no more bytes in this direction. The other direction is still open.',
  ko: 'FIN을 보냅니다. 이 방향으로는 더 보내지 않는다는 뜻이고, 반대 방향은 아직 열려 있습니다.',
};
const SECOND_FIN: Text = {
  en: 'FIN: this was the second; neither direction is open any more.',
  ko: 'FIN을 보냅니다. 두 번째 FIN이므로 이제 열려 있는 방향이 없습니다.',
};
const END: Text = {
  en: 'read() returned 0: the other side’s FIN has come. It sends no more, and may still read.',
  ko: 'read()가 0을 돌려주었습니다. 상대의 FIN이 온 것입니다. 상대는 더 보내지 않지만, 아직 읽을 수는 있습니다.',
};
const LAST_END: Text = {
  en: 'read() returned 0: the other side’s FIN has come. This side has sent its own already; neither direction is open any more.',
  ko: 'read()가 0을 돌려주었습니다. 상대의 FIN이 온 것입니다. 이쪽도 이미 FIN을 보냈으므로 이제 열려 있는 방향이 없습니다.',
};
const CLOSED: Text = {
  en: 'The descriptor is given back. The end that said FIN first stays in TIME-WAIT for a while, with no process: a late segment of this connection shall not meet a new one on the same ports.',
  ko: '디스크립터를 돌려줍니다. 먼저 FIN을 보낸 쪽의 끝점은 프로세스와 상관없이 TIME-WAIT 상태로 얼마간 남습니다. 늦게 온 세그먼트가 같은 포트의 새 연결에 섞이지 않게 하려는 것입니다.',
};
const LISTENER_CLOSED: Text = {
  en: 'The listener goes last. It was never one of the ends of the connection.',
  ko: '리스닝 소켓이 마지막으로 닫힙니다. 이 소켓은 한 번도 연결의 끝점이 아니었습니다.',
};

function meaningOfRead(names: readonly string[]): Text {
  if (names.length < 2) {
    return {
      en: 'read() takes what has arrived by now. It is the same bytes in the same order, not the same portions.',
      ko: 'read()는 지금까지 도착한 것을 가져옵니다. 같은 바이트가 같은 순서로 오지만, 나뉜 자리까지 같지는 않습니다.',
    };
  }
  if (names[0]!.startsWith('101')) {
    return {
      en: 'One read, and two protocols in it. HTTP ends with the empty line of the 101; the bytes left over behind it are a WebSocket frame, and must not be lost.',
      ko: 'read() 한 번에 프로토콜 둘이 들어 있습니다. HTTP는 101의 빈 줄에서 끝나고, 그 뒤에 남은 바이트는 WebSocket 프레임이므로 잃어버리면 안 됩니다.',
    };
  }
  return {
    en: `One read, ${names.length} messages in it. TCP keeps the order of bytes and knows nothing of messages.`,
    ko: `read() 한 번에 메시지 ${names.length}개가 들어 있습니다. TCP는 바이트의 순서만 지킬 뿐 메시지를 모릅니다.`,
  };
}

function meaningOfWrite(by: Step['by'], name: string | undefined): Text {
  const known = WRITES.find(([pattern]) => pattern.test(`${by} ${name ?? ''}`));
  return known?.[1] ?? PLAIN_WRITE;
}

const PLAIN_WRITE: Text = {
  en: 'write() hands bytes to the kernel and returns. They are on their way, not yet there.',
  ko: 'write()는 바이트를 커널에 맡기고 돌아옵니다. 떠났을 뿐, 아직 도착한 것은 아닙니다.',
};

const WRITES: readonly (readonly [pattern: RegExp, meaning: Text])[] = [
  [
    /^client GET/,
    {
      en: 'In HTTP the client speaks first. It must not take for an answer what it did not ask for (RFC 9112 9.2).',
      ko: 'HTTP에서는 클라이언트가 먼저 보냅니다. 요청하지 않은 응답이 오면 응답으로 여겨서는 안 됩니다(RFC 9112 9.2).',
    },
  ],
  [
    /^server 200/,
    {
      en: 'The answer, with its length: so the client knows the end of it without the end of the connection (RFC 9112 6.3).',
      ko: '응답에는 길이가 적혀 있습니다. 그래서 클라이언트는 연결이 끝나지 않아도 응답의 끝을 압니다(RFC 9112 6.3).',
    },
  ],
  [
    /^server 101/,
    {
      en: 'The last that HTTP says on this connection. Behind its empty line both sides speak WebSocket (RFC 6455 4.2.2).',
      ko: '이 연결에서 HTTP로 보내는 마지막 메시지입니다. 빈 줄 뒤부터는 양쪽 모두 WebSocket을 씁니다(RFC 6455 4.2.2).',
    },
  ],
  [
    /^server text/,
    {
      en: 'No request stands before it: each side may send whenever it likes (RFC 6455 5.1). A server does not mask.',
      ko: '앞에 요청이 없습니다. 양쪽 모두 언제든 보낼 수 있습니다(RFC 6455 5.1). 서버는 마스크를 씌우지 않습니다.',
    },
  ],
  [
    /^client text/,
    {
      en: 'The client masks what it sends, with a new key in every frame (RFC 6455 5.3): six bytes of text, twelve on the wire.',
      ko: '클라이언트는 프레임마다 새 키로 마스크를 씌웁니다(RFC 6455 5.3). 텍스트는 6바이트, 보낸 것은 12바이트입니다.',
    },
  ],
  [
    / Ping/,
    {
      en: 'Ping: are you there? Whoever gets it answers with a Pong of the same payload (RFC 6455 5.5.2).',
      ko: 'Ping은 상대가 살아 있는지 묻습니다. 받은 쪽은 같은 페이로드를 담은 Pong으로 답합니다(RFC 6455 5.5.2).',
    },
  ],
  [
    / Pong/,
    {
      en: 'Pong, with the Ping’s payload. The program above never hears of it.',
      ko: 'Ping의 페이로드를 그대로 담은 Pong입니다. 연결을 쓰는 프로그램은 이 일을 모릅니다.',
    },
  ],
  [
    /^client Close/,
    {
      en: 'Close, with a code: the last frame of this side. It still reads, until the other has said it too (RFC 6455 5.5.1).',
      ko: '코드를 담은 Close이며, 이쪽의 마지막 프레임입니다. 상대도 Close를 보낼 때까지 읽기는 계속합니다(RFC 6455 5.5.1).',
    },
  ],
  [
    /^server Close/,
    {
      en: 'The same code back. Now both know that no more comes, and the client, which began, that all it sent was read. The server ends TCP first (RFC 6455 5.5.1, 7.1.1).',
      ko: '같은 코드로 답합니다. 이제 더 올 것이 없음을 양쪽이 알고, 먼저 시작한 클라이언트는 보낸 것을 서버가 모두 읽었음도 압니다. TCP는 서버가 먼저 닫습니다(RFC 6455 5.5.1, 7.1.1).',
    },
  ],
];

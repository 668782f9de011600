/** The rungs of HTTP/1.1, from a constant answer to a server that holds what RFC 9112 asks. */
import { goal, type Rung } from '../rung.ts';

const HELLO = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const post = (content: string, ...fields: string[]): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n${content}`;

/** How many final answers came. */
function answers(received: string): string {
  return `${received.match(/HTTP\/1\.1 [2-5]\d\d/g)?.length ?? 0}`;
}

/** The status of the last answer. */
function lastStatus(received: string): string {
  return (
    received
      .match(/HTTP\/1\.1 (\d\d\d)/g)
      ?.at(-1)
      ?.slice(-3) ?? ''
  );
}

export const http: readonly Rung[] = [
  {
    track: 'http',
    number: 1,
    file: '01-answer.ts',
    question: { en: 'How many bytes make an answer?', ko: '몇 바이트면 응답이 될까요?' },
    idea: {
      en: 'A status line, an empty line, content; the end of the connection ends it.',
      ko: '상태 줄, 빈 줄, 본문이면 됩니다. 연결이 끝나면 본문도 끝납니다.',
    },
    goals: [
      goal(
        'response/status-line',
        {
          en: 'Write the first line that you send, or would send, byte by byte: what stands between the version and the end of the line?',
          ko: '지금 보내는, 또는 보내려는 첫 줄을 바이트 하나하나 써 보십시오. 버전과 줄 끝 사이에 무엇이 있을까요?',
        },
        {
          en: 'A status line is version, SP, three digits, SP, an optional reason, CRLF; the second SP stays without a reason (RFC 9112 4).',
          ko: '상태 줄은 버전, SP, 숫자 세 자리, SP, 생략할 수 있는 사유 문구, CRLF입니다. 사유 문구가 없어도 두 번째 SP는 남습니다(RFC 9112 4).',
        },
      ),
    ],
    losses: {},
    predict: {
      question: {
        en: 'A client connects and sends a single space. How many answers does it get?',
        ko: '클라이언트가 연결해서 공백 하나만 보냅니다. 응답은 몇 개 올까요?',
      },
      sends: [' '],
      answer: answers,
    },
    mend: {
      symptom: {
        en: 'curl says that it received HTTP/0.9, when not allowed.',
        ko: 'curl이 HTTP/0.9를 받았는데 허용되지 않는다고 합니다.',
      },
      replaced: 'HTTP/1.1 200 OK\\r\\n\\r\\n',
      by: '',
      fails: ['response/status-line'],
    },
    extend: {
      en: 'Write the same server in C or Python, close without reading the request, and watch for the reset that takes the answer away.',
      ko: '같은 서버를 C나 Python으로 만들고, 요청을 읽지 않은 채 닫아 보십시오. 리셋(RST) 때문에 응답이 사라지는 것을 볼 수 있습니다.',
    },
    why: {
      en: 'HTTP is text that two programs agree on: seventeen bytes are enough for an answer. This server holds more than one would think, because it never has to understand anything. It is the floor.',
      ko: 'HTTP는 두 프로그램이 약속한 텍스트이며, 응답은 17바이트로도 됩니다. 이 서버는 아무것도 이해할 필요가 없어서 생각보다 많은 것을 지킵니다. 여기가 바닥입니다.',
    },
  },
  {
    track: 'http',
    number: 2,
    file: '02-head.ts',
    question: { en: 'Where does a request end?', ko: '요청은 어디서 끝날까요?' },
    idea: {
      en: 'At the first empty line, however TCP has cut the bytes.',
      ko: '첫 빈 줄에서 끝납니다. TCP가 바이트를 어떻게 나누었든 같습니다.',
    },
    goals: [
      goal(
        'fields/whole-section',
        {
          en: 'The head comes in several pieces. Print how many bytes you have when you answer.',
          ko: '헤드가 여러 조각으로 옵니다. 응답할 때까지 받은 바이트 수를 출력해 보십시오.',
        },
        {
          en: 'No field may be acted on before the whole section is there: the next line may change everything (RFC 9110 5.3).',
          ko: '필드가 다 오기 전에는 어떤 필드도 믿고 처리하면 안 됩니다. 다음 줄이 모든 것을 바꿀 수 있습니다(RFC 9110 5.3).',
        },
      ),
      goal(
        'methods/head',
        {
          en: 'The request begins with HEAD. What do you send behind the empty line?',
          ko: '요청이 HEAD로 시작합니다. 빈 줄 뒤에 무엇을 보내고 있을까요?',
        },
        {
          en: 'HEAD asks for the head alone (RFC 9110 9.3.2).',
          ko: 'HEAD는 헤드만 요청합니다(RFC 9110 9.3.2).',
        },
      ),
      goal(
        'response/date',
        {
          en: 'Which line tells a cache how old the answer is?',
          ko: '응답이 얼마나 오래되었는지 캐시는 어느 줄을 보고 알까요?',
        },
        {
          en: 'A server with a clock sends Date (RFC 9110 6.6.1).',
          ko: '시계가 있는 서버는 Date를 보냅니다(RFC 9110 6.6.1).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'Half a head is answered already.',
        ko: '헤드를 반만 보냈는데도 벌써 답합니다.',
      },
      sends: ['GET / HTTP/1.1\r\nHo'],
    },
    predict: {
      question: {
        en: 'A head is cut between its last CR and LF, and sent in two writes. How many answers?',
        ko: '헤드를 마지막 CR과 LF 사이에서 잘라 두 번에 나누어 보냅니다. 응답은 몇 개일까요?',
      },
      sends: ['GET / HTTP/1.1\r\nHost: a\r\n\r', '\n'],
      answer: answers,
    },
    mend: {
      symptom: {
        en: 'A client that sends its head slowly is answered before it has said for whom it is.',
        ko: '헤드를 천천히 보내는 클라이언트가, 누구에게 보내는 요청인지 밝히기도 전에 응답을 받습니다.',
      },
      replaced: "  while ((await reader.line()) !== '');\n",
      by: '',
      fails: ['fields/whole-section'],
    },
    extend: {
      en: 'Print each head with explain-mini as it comes.',
      ko: '헤드가 올 때마다 explain-mini로 설명을 출력해 보십시오.',
    },
    why: {
      en: 'A stream has no messages; the empty line makes one. Whoever acts before it acts on half of what was said.',
      ko: '스트림에는 메시지가 없고, 빈 줄이 메시지를 만듭니다. 그 전에 처리하면 절반만 보고 처리하는 셈입니다.',
    },
  },
  {
    track: 'http',
    number: 3,
    file: '03-persistence.ts',
    question: { en: 'Why keep the connection?', ko: '왜 연결을 닫지 않을까요?' },
    idea: {
      en: 'A length ends the answer, so the next request fits behind it.',
      ko: '길이가 응답의 끝을 알려 주므로, 그 뒤에 다음 요청이 이어질 수 있습니다.',
    },
    goals: [
      goal(
        'connection/persists',
        { en: 'Who closes, after the first answer?', ko: '첫 응답 뒤에 누가 연결을 닫을까요?' },
        {
          en: 'HTTP/1.1 keeps a connection unless one side says close (RFC 9112 9.3).',
          ko: 'HTTP/1.1은 어느 쪽도 close를 보내지 않으면 연결을 유지합니다(RFC 9112 9.3).',
        },
      ),
      goal(
        'connection/pipelined',
        {
          en: 'Where are the bytes of the second request now? Print how many you have received, and how many you have read.',
          ko: '두 번째 요청의 바이트는 지금 어디에 있을까요? 받은 바이트 수와 읽은 바이트 수를 나란히 출력해 보십시오.',
        },
        {
          en: 'What is left behind one request is the beginning of the next. Answers keep the order of requests (RFC 9112 9.3.2).',
          ko: '요청 하나를 끝낸 뒤 남은 바이트는 다음 요청의 시작입니다. 응답은 요청이 온 순서대로 보냅니다(RFC 9112 9.3.2).',
        },
      ),
      goal(
        'methods/head-content',
        {
          en: 'An answer to HEAD is followed by another answer. Where does the client think that the second begins?',
          ko: 'HEAD에 대한 응답 뒤에 다른 응답이 이어집니다. 클라이언트는 두 번째가 어디서 시작한다고 볼까요?',
        },
        {
          en: 'Content-Length of an answer to HEAD says what GET would have; no byte of it follows (RFC 9112 6.3).',
          ko: 'HEAD 응답의 Content-Length는 GET이었다면 보냈을 길이이며, 그 뒤에는 한 바이트도 오지 않습니다(RFC 9112 6.3).',
        },
      ),
    ],
    losses: {
      'target/https-unsecured-after-another': 6,
      'transfer-encoding/of-get': 7,
      'transfer-encoding/smuggled-in-length': 8,
      'expect/continue-chunked': 5,
      'methods/connect-framing': 5,
    },
    breaks: {
      text: {
        en: 'Two requests in one write: the second is never answered.',
        ko: '요청 두 개를 한 번에 보내면 두 번째에는 답이 없습니다.',
      },
      sends: [HELLO + HELLO],
    },
    predict: {
      question: {
        en: 'Two requests, the first with Content-Length: 30 and “DELETE / HTTP/1.1…” as its content. How many answers?',
        ko: '요청 둘을 보냅니다. 첫 요청은 Content-Length: 30이고 본문이 “DELETE / HTTP/1.1…”입니다. 응답은 몇 개일까요?',
      },
      sends: [post('DELETE / HTTP/1.1\r\nHost: a\r\n\r\n', 'Content-Length: 30') + HELLO],
      answer: answers,
    },
    mend: {
      symptom: {
        en: 'Connection: close is heard. A client that says Close waits for the end of the connection.',
        ko: 'Connection: close는 통하는데, Close라고 보낸 클라이언트는 연결이 끝나기를 끝없이 기다립니다.',
      },
      replaced: ".get('connection') ?? '').toLowerCase()",
      by: ".get('connection') ?? '')",
      fails: ['connection/close-case'],
    },
    extend: {
      en: 'End a connection that has been idle for ten seconds.',
      ko: '10초 동안 유휴 상태인 연결을 닫아 보십시오.',
    },
    why: {
      en: 'One handshake serves many requests, and a length in the head replaces the end of the connection. From here on, whoever counts wrongly takes content for a request: that is what smuggling lives on.',
      ko: '핸드셰이크 한 번으로 요청 여러 개를 처리하고, 헤드의 길이가 연결의 끝을 대신합니다. 이제부터는 잘못 세면 본문이 요청이 됩니다. 요청 스머글링은 여기서 생깁니다.',
    },
  },
  {
    track: 'http',
    number: 4,
    file: '04-content.ts',
    question: { en: 'Where does the content end?', ko: '본문은 어디서 끝날까요?' },
    idea: {
      en: 'After exactly as many bytes as Content-Length says.',
      ko: 'Content-Length에 적힌 바이트 수에서 정확히 끝납니다.',
    },
    goals: [
      goal(
        'content-length/exact',
        {
          en: 'Which of the bytes sent are the content, and which one begins the next request? What do you send back of them?',
          ko: '보내온 바이트 가운데 어디까지가 본문이고, 다음 요청은 어느 바이트에서 시작할까요? 그 가운데 무엇을 돌려보내고 있을까요?',
        },
        {
          en: 'Exactly as many bytes as Content-Length says belong to this request, and the next one begins behind them (RFC 9112 6.3). The answer to POST has the same content.',
          ko: 'Content-Length에 적힌 바이트 수만큼이 이 요청의 본문이고, 다음 요청은 그 뒤에서 시작합니다(RFC 9112 6.3). POST에는 같은 본문으로 답합니다.',
        },
      ),
      goal(
        'content-length/binary',
        {
          en: 'How many bytes has 안녕? And how many characters? Where do you turn one into the other?',
          ko: '안녕은 몇 바이트이고 몇 글자일까요? 어디에서 하나를 다른 하나로 바꾸고 있을까요?',
        },
        {
          en: 'Content-Length counts bytes, and content need not be text: keep it in a Buffer from the socket and back (RFC 9112 2.2).',
          ko: 'Content-Length는 바이트를 세며, 본문은 텍스트가 아닐 수도 있습니다. 소켓에서 읽을 때부터 돌려보낼 때까지 Buffer로 두십시오(RFC 9112 2.2).',
        },
      ),
      goal(
        'connection/persists-after-content',
        {
          en: 'After a POST, look at the first byte that you take for the next request.',
          ko: 'POST를 읽은 뒤 다음 요청의 시작으로 여긴 바이트가 무엇인지 보십시오.',
        },
        {
          en: 'All content is read before the next request, or the connection cannot go on (RFC 9112 9.3).',
          ko: '본문을 모두 읽은 뒤에야 다음 요청으로 넘어갈 수 있습니다. 그러지 않으면 연결을 계속 쓸 수 없습니다(RFC 9112 9.3).',
        },
      ),
      goal(
        'limits/content-100000',
        { en: 'In how many reads does a large content come?', ko: '큰 본문은 read() 몇 번에 걸쳐 올까요?' },
        {
          en: 'One read may hold half of the content, or the content and two more requests. Only the count tells.',
          ko: 'read() 한 번에 본문이 반만 올 수도, 본문과 다음 요청 둘이 함께 올 수도 있습니다. 세어 보아야만 알 수 있습니다.',
        },
      ),
    ],
    losses: {
      'expect/continue': 9,
      'expect/continue-case': 9,
      'methods/head-refused-length-overflow': 8,
    },
    breaks: {
      text: {
        en: 'Content that looks like a request is answered like one: three answers to two requests.',
        ko: '요청처럼 생긴 본문에 답합니다. 요청은 둘인데 응답이 셋입니다.',
      },
      sends: [post('DELETE / HTTP/1.1\r\nHost: a\r\n\r\n', 'Content-Length: 30') + HELLO],
    },
    predict: {
      question: {
        en: 'POST of 안녕. Which Content-Length has the answer?',
        ko: '안녕을 POST로 보냅니다. 응답의 Content-Length는 얼마일까요?',
      },
      sends: [post(Buffer.from('안녕').toString('latin1'), 'Content-Length: 6')],
      answer: (received) => /Content-Length: (\d+)/i.exec(received)?.[1] ?? '',
    },
    mend: {
      symptom: {
        en: 'Text comes back well. A picture comes back changed, and usually longer.',
        ko: '텍스트는 그대로 돌아오는데, 그림은 내용이 바뀌고 대개 더 길어져서 돌아옵니다.',
      },
      replaced: "head.method === 'POST' ? content : Buffer.from('hello\\n')",
      by: "head.method === 'POST' ? Buffer.from(Buffer.from(content).toString()) : Buffer.from('hello\\n')",
      fails: ['content-length/binary'],
    },
    extend: {
      en: 'Stream the content to a file instead of holding it.',
      ko: '본문을 메모리에 모으지 말고 오는 대로 파일에 써 보십시오.',
    },
    why: {
      en: 'A message of known length can be anything, also a picture or another request. The price: now the server waits for a client that waits for it, if that one asks before it sends. Rung 9 mends it.',
      ko: '길이를 알면 무엇이든 보낼 수 있습니다. 그림도, 다른 요청도 됩니다. 대신 보내도 되는지 먼저 묻는 클라이언트와는 서로 기다리기만 하게 되었습니다. 9단계에서 해결합니다.',
    },
  },
  {
    track: 'http',
    number: 5,
    file: '05-grammar.ts',
    question: { en: 'What is no request?', ko: '어떤 것이 요청이 아닐까요?' },
    idea: {
      en: 'What does not match the grammar is refused with 400, and the connection ends.',
      ko: '문법에 맞지 않는 것은 400으로 거절하고 연결을 닫습니다.',
    },
    goals: [
      goal(
        'request-line/four-words',
        {
          en: 'How many words has the request line, and which of them did you take?',
          ko: '요청 줄의 낱말은 몇 개이고, 그 가운데 어느 것을 읽었을까요?',
        },
        {
          en: 'method SP request-target SP HTTP-version, and nothing else (RFC 9112 3).',
          ko: '메서드 SP 요청 대상 SP HTTP 버전이며, 다른 것은 올 수 없습니다(RFC 9112 3).',
        },
      ),
      goal(
        'request-line/version-2.0',
        { en: 'Which major version does the client speak?', ko: '클라이언트가 쓰는 주 버전은 무엇일까요?' },
        {
          en: 'A major version that one does not speak is 505 (RFC 9110 15.6.6).',
          ko: '지원하지 않는 주 버전에는 505로 답합니다(RFC 9110 15.6.6).',
        },
      ),
      goal(
        'fields/space-before-colon',
        { en: 'What is the name of the field in `X-A : b`?', ko: '`X-A : b`에서 필드 이름은 무엇일까요?' },
        {
          en: 'Whitespace before the colon is refused: readers that disagreed about it have let one request hide in another (RFC 9112 5.1).',
          ko: '콜론 앞에 공백이 있으면 거절합니다. 이 공백을 서로 다르게 읽은 두 구현 사이로 요청 하나가 숨어 들어간 일이 있습니다(RFC 9112 5.1).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'A space before the colon, and nobody minds.',
        ko: '콜론 앞에 공백이 있는데 그대로 받아들입니다.',
      },
      sends: ['GET / HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n'],
    },
    predict: {
      question: {
        en: '`GET  / HTTP/1.1`, with two spaces: which status?',
        ko: '`GET  / HTTP/1.1`처럼 공백이 둘이면 상태 코드는 무엇일까요?',
      },
      sends: ['GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
      answer: lastStatus,
    },
    mend: {
      symptom: {
        en: '`X-A : b`, with a space before the colon, is taken for a field.',
        ko: '콜론 앞에 공백이 있는 `X-A : b`를 필드로 받아들입니다.',
      },
      replaced: '\\w]+):(',
      by: '\\w]+)[ \\t]*:(',
      fails: ['fields/space-before-colon'],
    },
    extend: {
      en: 'Say in the answer which byte was wrong.',
      ko: '어느 바이트가 잘못되었는지 응답에 적어 보십시오.',
    },
    why: {
      en: 'Being liberal in what one accepts is how two readers come to see two requests in the same bytes. A refusal costs one client one answer; a guess may cost another client its session.',
      ko: '관대하게 받아들이다 보면 같은 바이트를 두 구현이 다르게 읽게 됩니다. 거절하면 한 클라이언트가 응답 하나를 잃지만, 짐작하면 다른 클라이언트가 세션을 빼앗길 수 있습니다.',
    },
  },
  {
    track: 'http',
    number: 6,
    file: '06-host.ts',
    question: { en: 'To whom is it addressed?', ko: '누구에게 온 요청일까요?' },
    idea: {
      en: 'One Host, and one of four forms of target.',
      ko: 'Host는 하나, 요청 대상은 네 가지 형식 가운데 하나입니다.',
    },
    goals: [
      goal(
        'host/missing',
        {
          en: 'Which line says for which site the request is?',
          ko: '어느 사이트로 온 요청인지 어느 줄에 적혀 있을까요?',
        },
        {
          en: 'HTTP/1.1 without Host is 400 (RFC 9112 3.2).',
          ko: 'Host가 없는 HTTP/1.1 요청은 400입니다(RFC 9112 3.2).',
        },
      ),
      goal(
        'host/repeated-other',
        {
          en: 'There are two Host lines. Which one did you take?',
          ko: 'Host 줄이 둘입니다. 어느 쪽을 읽었을까요?',
        },
        {
          en: 'More than one Host line is 400, whatever they say (RFC 9112 3.2).',
          ko: 'Host 줄이 둘 이상이면 내용이 무엇이든 400입니다(RFC 9112 3.2).',
        },
      ),
      goal(
        'target/asterisk-get',
        {
          en: 'What does GET ask for, with * for a target?',
          ko: '요청 대상이 *인 GET은 무엇을 요청하는 것일까요?',
        },
        {
          en: 'The asterisk-form means the server as a whole, and only OPTIONS asks about that (RFC 9112 3.2.4).',
          ko: '*는 서버 전체를 뜻하며, OPTIONS에만 쓸 수 있습니다(RFC 9112 3.2.4).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'Two Host lines, and an answer: whose?',
        ko: 'Host 줄이 둘인데 답합니다. 누구의 답일까요?',
      },
      sends: ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    },
    predict: {
      question: {
        en: 'HTTP/1.0 without Host: which status?',
        ko: 'Host가 없는 HTTP/1.0 요청이면 상태 코드는 무엇일까요?',
      },
      sends: ['GET / HTTP/1.0\r\n\r\n'],
      answer: lastStatus,
    },
    mend: {
      symptom: {
        en: 'Behind a proxy, requests for site a are now and then answered by site b.',
        ko: '프록시 뒤에서 사이트 a로 온 요청에 이따금 사이트 b가 답합니다.',
      },
      replaced: '!AUTHORITY.test(host)',
      by: 'false',
      fails: ['host/repeated-other'],
    },
    extend: { en: 'Serve two sites on one port.', ko: '포트 하나에서 사이트 둘을 서비스해 보십시오.' },
    why: {
      en: 'Many sites share one address, so the address in the request decides. A router and an application that read it differently send one user to the other’s site.',
      ko: '여러 사이트가 IP 주소 하나를 함께 쓰므로, 어느 사이트인지는 요청에 적힌 주소로 정해집니다. 라우터와 애플리케이션이 이 주소를 다르게 읽으면 사용자가 남의 사이트로 갑니다.',
    },
  },
  {
    track: 'http',
    number: 7,
    file: '07-chunked.ts',
    question: {
      en: 'How is content sent whose length nobody knows?',
      ko: '길이를 모르는 본문은 어떻게 보낼까요?',
    },
    idea: {
      en: 'In chunks, each with its size in hexadecimal; one of size 0 and the trailers end it.',
      ko: '청크마다 크기를 16진수로 적어 보냅니다. 크기가 0인 청크와 트레일러가 끝을 알립니다.',
    },
    goals: [
      goal(
        'chunked/several',
        {
          en: 'Look at the bytes behind the first CRLF after the head: what do they say?',
          ko: '헤드 다음 첫 CRLF 뒤의 바이트를 보십시오. 무슨 뜻일까요?',
        },
        {
          en: 'chunk-size in hexadecimal, CRLF, as many bytes, CRLF; again and again until the size is 0 (RFC 9112 7.1).',
          ko: '16진수 청크 크기, CRLF, 그만큼의 바이트, CRLF가 크기 0이 나올 때까지 되풀이됩니다(RFC 9112 7.1).',
        },
      ),
      goal(
        'chunked/trailer',
        {
          en: 'What comes between the last chunk and the empty line?',
          ko: '마지막 청크와 빈 줄 사이에 무엇이 올까요?',
        },
        {
          en: 'Field lines may follow the last chunk; only an empty line ends the content (RFC 9112 7.1.2).',
          ko: '마지막 청크 뒤에 필드 줄이 올 수 있고, 본문은 빈 줄에서 끝납니다(RFC 9112 7.1.2).',
        },
      ),
      goal(
        'chunked-broken/nothing-after-data',
        {
          en: 'The chunk has as many bytes as it said. What has to come next?',
          ko: '청크 크기만큼 다 왔습니다. 다음에 무엇이 와야 할까요?',
        },
        {
          en: 'CRLF: it proves that both sides have counted alike. Anything else is 400.',
          ko: 'CRLF입니다. 양쪽이 같은 수를 셌음을 확인해 주며, 다른 것이 오면 400입니다.',
        },
      ),
      goal(
        'slow/between-cr-and-lf',
        {
          en: 'A packet ends in CR. Is that wrong already?',
          ko: '패킷이 CR로 끝났습니다. 벌써 잘못된 것일까요?',
        },
        {
          en: 'A line is judged when it is there, and not before.',
          ko: '줄은 다 온 뒤에 판단하고, 그 전에는 판단하지 않습니다.',
        },
      ),
    ],
    losses: { 'expect/continue-chunked': 9 },
    breaks: {
      text: {
        en: 'A chunk is taken for a request.',
        ko: '청크를 요청으로 여깁니다.',
      },
      sends: [
        post(`6\r\n${Buffer.from('안녕').toString('latin1')}\r\n0\r\n\r\n`, 'Transfer-Encoding: chunked'),
      ],
    },
    predict: {
      question: {
        en: 'A chunk of size `5x` with five bytes: which status?',
        ko: '크기를 `5x`로 적고 다섯 바이트를 보냅니다. 상태 코드는 무엇일까요?',
      },
      sends: [post('5x\r\nhello\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')],
      answer: lastStatus,
    },
    mend: {
      symptom: {
        en: 'Chunks of up to nine bytes are fine. Longer ones are refused with 400.',
        ko: '9바이트 이하의 청크는 괜찮은데, 더 긴 청크는 400으로 거절합니다.',
      },
      replaced: "?? 'none', 16);",
      by: "?? 'none', 10);",
      fails: ['chunked/size-lower-case'],
    },
    extend: {
      en: 'Answer in chunks, too, as the content comes in.',
      ko: '본문이 들어오는 대로 응답도 청크로 보내 보십시오.',
    },
    why: {
      en: 'A sender that does not know the length yet can begin, and a cut connection can still be told from a whole message. But now there are two ways to say a length.',
      ko: '길이를 아직 몰라도 보내기 시작할 수 있고, 끊긴 연결과 끝난 메시지도 구별할 수 있습니다. 다만 이제 길이를 알리는 방법이 둘이 되었습니다.',
    },
  },
  {
    track: 'http',
    number: 8,
    file: '08-framing.ts',
    question: { en: 'Of two lengths, which one is true?', ko: '길이가 둘이면 어느 쪽이 맞을까요?' },
    idea: {
      en: 'Neither: what two readers may read in two ways is refused.',
      ko: '둘 다 믿지 않습니다. 두 구현이 다르게 읽을 수 있는 것은 거절합니다.',
    },
    goals: [
      goal(
        'transfer-encoding/smuggled-in-length',
        {
          en: 'There are a Content-Length and a Transfer-Encoding. Where does the request end by the one, and where by the other?',
          ko: 'Content-Length와 Transfer-Encoding이 함께 있습니다. 하나를 따르면 어디서, 다른 하나를 따르면 어디서 끝날까요?',
        },
        {
          en: 'Both together are an error, or an attack; it is refused, and the connection closed (RFC 9112 6.1, 6.3).',
          ko: '둘이 함께 오면 오류이거나 공격입니다. 거절하고 연결을 닫습니다(RFC 9112 6.1, 6.3).',
        },
      ),
      goal(
        'content-length/differing-two-lines',
        {
          en: 'How many Content-Length lines are there, and what do they say?',
          ko: 'Content-Length 줄이 몇 개이고, 각각 얼마라고 적혀 있을까요?',
        },
        {
          en: 'Lengths that differ are 400 and the end (RFC 9112 6.3).',
          ko: '길이가 서로 다르면 400으로 거절하고 연결을 닫습니다(RFC 9112 6.3).',
        },
      ),
      goal(
        'transfer-encoding/not-chunked-nbsp',
        {
          en: 'Print the value of Transfer-Encoding as hexadecimal. Which byte stands before the c?',
          ko: 'Transfer-Encoding의 값을 16진수로 출력해 보십시오. c 앞에 어떤 바이트가 있을까요?',
        },
        {
          en: 'Only SP and HTAB surround a value. a0, a no-break space, belongs to it, and so it is not chunked (RFC 9110 5.6.3).',
          ko: '값을 둘러싸는 공백은 SP와 HTAB뿐입니다. a0(no-break space)은 값의 일부이므로 이 값은 chunked가 아닙니다(RFC 9110 5.6.3).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'Content-Length says 6, the chunks say 0: rung 7 takes the rest, G, for the beginning of the next request.',
        ko: 'Content-Length는 6이라 하고 청크는 0이라 합니다. 7단계는 남은 G를 다음 요청의 시작으로 여깁니다.',
      },
      sends: [`${post('0\r\n\r\nG', 'Content-Length: 6', 'Transfer-Encoding: chunked')}${HELLO}`],
    },
    predict: {
      question: {
        en: 'Content-Length: 5, 5 with five bytes: which status?',
        ko: 'Content-Length: 5, 5와 다섯 바이트를 보냅니다. 상태 코드는 무엇일까요?',
      },
      sends: [post('hello', 'Content-Length: 5, 5')],
      answer: lastStatus,
    },
    mend: {
      symptom: {
        en: 'A scanner says that one request can be hidden in another, with a byte that no editor shows.',
        ko: '보안 검사 도구가, 편집기에는 보이지 않는 바이트 하나로 요청을 다른 요청 안에 숨길 수 있다고 합니다.',
      },
      replaced: 'coding.split(/[ \\t]*,[ \\t]*/)',
      by: "coding.split(',').map((word) => word.trim())",
      fails: ['transfer-encoding/not-chunked-nbsp'],
    },
    extend: {
      en: 'Put rung 4 before rung 7, as proxy and server, and smuggle a request.',
      ko: '4단계를 프록시로, 7단계를 서버로 이어 놓고 요청 하나를 숨겨 보내 보십시오.',
    },
    why: {
      en: 'Each of the two readings is well meant, and both together are an attack. Whoever refuses what can be read in two ways needs not know how the others read it.',
      ko: '어느 쪽으로 읽어도 악의는 없지만, 둘이 만나면 공격이 됩니다. 두 가지로 읽힐 수 있는 것을 거절하면 남이 어떻게 읽는지 몰라도 됩니다.',
    },
  },
  {
    track: 'http',
    number: 9,
    file: '09-expect.ts',
    question: {
      en: 'And if the client asks first whether it may send?',
      ko: '보내도 되는지 먼저 묻는 클라이언트에는 어떻게 할까요?',
    },
    idea: {
      en: '100 (Continue), before the content, to a client that waits for it.',
      ko: '기다리는 클라이언트에게 본문보다 먼저 100 (Continue)을 보냅니다.',
    },
    goals: [
      goal(
        'expect/continue',
        {
          en: 'Nobody sends anything any more. Who waits for whom?',
          ko: '아무도 더 보내지 않습니다. 누가 누구를 기다릴까요?',
        },
        {
          en: 'Expect: 100-continue means: I send the content when you have said 100, or I keep it if you refuse (RFC 9110 10.1.1).',
          ko: 'Expect: 100-continue는 100을 받으면 본문을 보내고, 거절하면 보내지 않겠다는 뜻입니다(RFC 9110 10.1.1).',
        },
      ),
      goal(
        'expect/continue-case',
        {
          en: 'How is the expectation spelled, letter by letter?',
          ko: 'Expect의 값에 대문자와 소문자가 어떻게 섞여 있을까요?',
        },
        {
          en: 'Expectations are case-insensitive (RFC 9110 10.1.1).',
          ko: 'Expect의 값은 대소문자를 구분하지 않습니다(RFC 9110 10.1.1).',
        },
      ),
      goal(
        'expect/continue-chunked',
        {
          en: 'This content has no length. Does that change who has to speak next?',
          ko: '이 본문에는 길이가 없습니다. 그래서 다음에 보낼 쪽이 달라질까요?',
        },
        {
          en: 'Whatever the framing, 100 comes before the content is waited for.',
          ko: '프레이밍이 무엇이든, 본문을 기다리기 전에 100을 보냅니다.',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: { en: 'Both wait.', ko: '둘 다 기다립니다.' },
      sends: [post('', 'Content-Length: 5', 'Expect: 100-continue')],
    },
    predict: {
      question: {
        en: 'The same head, but the content comes with it in one write. How many answers, with the 100?',
        ko: '헤드는 같은데 본문이 write() 한 번에 함께 옵니다. 100까지 세면 응답은 몇 개일까요?',
      },
      sends: [post('hello', 'Content-Length: 5', 'Expect: 100-continue')],
      answer: (received) => `${received.match(/HTTP\/1\.1 \d\d\d/g)?.length ?? 0}`,
    },
    mend: {
      symptom: {
        en: 'Old clients, of HTTP/1.0, take “100 Continue” for the answer.',
        ko: 'HTTP/1.0을 쓰는 오래된 클라이언트가 “100 Continue”를 응답으로 여깁니다.',
      },
      replaced: "expectation === undefined || version === 'HTTP/1.0' || reader.bytes.length > 0",
      by: 'expectation === undefined || reader.bytes.length > 0',
      fails: ['expect/in-1.0-waiting'],
    },
    extend: {
      en: 'Send 103 (Early Hints) before the answer.',
      ko: '응답보다 먼저 Early Hints(103)를 보내 보십시오.',
    },
    why: {
      en: 'A large upload that would be refused need not be sent at all. The rule that looks like a detail decides whether two programs wait for each other for ever.',
      ko: '거절될 큰 본문은 아예 보내지 않아도 됩니다. 사소해 보이는 이 규칙이, 두 프로그램이 서로를 영원히 기다리게 될지를 정합니다.',
    },
  },
  {
    track: 'http',
    number: 10,
    file: '10-limits.ts',
    question: { en: 'When is what never ends cut off?', ko: '끝없이 오는 것은 언제 끊을까요?' },
    idea: {
      en: 'Limits, a deadline for a request, and an end that does not lose the answer.',
      ko: '한도와 요청의 기한을 두고, 응답을 잃지 않게 닫습니다.',
    },
    goals: [
      goal(
        'limits/head-endless',
        {
          en: 'Each line of the head is short, and there is no last one. Add up what you keep of them.',
          ko: '헤드의 줄은 하나하나 짧지만 마지막 줄이 오지 않습니다. 모아 둔 길이를 더해 보십시오.',
        },
        {
          en: 'A limit for a line bounds no head: the lines together need one, too, and a 4xx beyond it (RFC 9110 2.3, 5.4).',
          ko: '줄의 한도만으로는 헤드가 끝없이 길어질 수 있습니다. 줄을 모두 합한 길이에도 한도를 두고, 넘으면 4xx로 답하십시오(RFC 9110 2.3, 5.4).',
        },
      ),
      goal(
        'chunked/extension-endless',
        {
          en: 'Watch the memory of your server while a line comes that has no end.',
          ko: '끝나지 않는 줄이 오는 동안 서버의 메모리를 지켜보십시오.',
        },
        {
          en: 'Whatever waits for an end needs a limit, and the limit counts before the end is there (RFC 9110 5.4).',
          ko: '끝을 기다리는 것에는 모두 한도가 있어야 하며, 끝이 오기 전에 세어야 합니다(RFC 9110 5.4).',
        },
      ),
      goal(
        'limits/refusal-arrives',
        {
          en: 'You have refused. The client is still sending, and reads when it is done: who takes the rest of its bytes?',
          ko: '거절했습니다. 클라이언트는 아직 보내는 중이고, 다 보낸 뒤에 읽습니다. 남은 바이트는 누가 받을까요?',
        },
        {
          en: 'Close in stages: answer, FIN, then read and drop for a while. To close with bytes unread is a reset, which takes the answer away (RFC 9112 9.6).',
          ko: '단계를 나누어 닫으십시오. 응답과 FIN을 보낸 뒤, 잠시 더 읽어서 버립니다. 읽지 않은 바이트가 있는 채로 닫으면 리셋(RST)이 가고 응답이 사라집니다(RFC 9112 9.6).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'A line without end: no answer, and memory grows.',
        ko: '끝나지 않는 줄이 옵니다. 답은 없고 메모리만 늘어납니다.',
      },
      sends: [`GET /${'a'.repeat(20_000)}`],
    },
    predict: {
      question: {
        en: 'A target of 20,000 bytes, not yet at its end: which status?',
        ko: '아직 끝나지 않은 20,000바이트짜리 요청 대상입니다. 상태 코드는 무엇일까요?',
      },
      sends: [`GET /${'a'.repeat(20_000)}`],
      answer: lastStatus,
    },
    mend: {
      symptom: {
        en: 'A chunk extension of 20 MB was taken in whole.',
        ko: '20 MB짜리 청크 확장을 통째로 받아들였습니다.',
      },
      replaced: 'if (this.bytes.length > MOST_LINE) throw new Refusal(tooLong);',
      by: '',
      fails: ['chunked/extension-endless'],
    },
    extend: {
      en: 'At SIGTERM: answer what was accepted, refuse what is new with 503, and end.',
      ko: 'SIGTERM을 받으면 받아들인 것까지 답하고, 새 요청은 503으로 거절한 뒤 끝내 보십시오.',
    },
    why: {
      en: 'Grammar says what is right, and limits say how much of it. What http-mini adds from here: streams both ways, trailers, Upgrade, TLS, one write a turn.',
      ko: '문법은 무엇이 옳은지를, 한도는 얼마까지인지를 정합니다. 여기에 http-mini가 더하는 것은 양방향 스트림, 트레일러, 업그레이드, TLS, 그리고 턴마다 한 번만 하는 write()입니다.',
    },
  },
];

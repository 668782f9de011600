/** The rungs of WebSocket, from a 101 to a server that holds what RFC 6455 asks. */
import { goal, type Rung } from '../rung.ts';

/** The opening handshake of RFC 6455 1.3, with these fields in place of its own. */
function opening(fields: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: 'a',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...fields,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET / HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The key of RFC 6455 5.7. */
const KEY = [0x37, 0xfa, 0x21, 0x3d];

/** A masked frame, latin1, as its payload. */
function frame(first: number, payload: string): string {
  const { length } = payload;
  const bytes =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
  const masked = [...payload].map((letter, i) => letter.charCodeAt(0) ^ KEY[i % 4]!);
  return String.fromCharCode(first, bytes[0]! | 128, ...bytes.slice(1), ...KEY, ...masked);
}

const [TEXT, CLOSE, PING, PONG] = [0x81, 0x88, 0x89, 0x8a];
const HANGUL = Buffer.from('안녕').toString('latin1');

/** What came behind the head of the 101. */
function framesIn(received: string): Buffer {
  return Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1');
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

export const ws: readonly Rung[] = [
  {
    track: 'ws',
    number: 1,
    file: '01-opening.ts',
    question: {
      en: 'When does an HTTP request become a WebSocket?',
      ko: 'HTTP 요청은 언제 WebSocket이 될까요?',
    },
    idea: {
      en: 'A 101 whose Accept is made of the key; from its empty line on, both sides speak in frames.',
      ko: '키로 만든 Accept를 담아 101로 답합니다. 그 빈 줄 뒤부터는 양쪽 모두 프레임을 보냅니다.',
    },
    goals: [
      goal(
        'opening/plain',
        {
          en: 'Look at the first line of your answer: which status does it have, and which three fields follow?',
          ko: '응답의 첫 줄을 보십시오. 상태 코드는 무엇이고, 어떤 필드 셋이 따라올까요?',
        },
        {
          en: 'The answer is 101, with Upgrade: websocket, Connection: Upgrade and Sec-WebSocket-Accept (RFC 6455 4.2.2).',
          ko: '101로 답하고 Upgrade: websocket, Connection: Upgrade, Sec-WebSocket-Accept를 담습니다(RFC 6455 4.2.2).',
        },
      ),
      goal(
        'opening/accept-of-key-1',
        {
          en: 'What goes into SHA-1: the 24 letters of the key, or the 16 bytes that they stand for?',
          ko: 'SHA-1에 무엇을 넣을까요? 키의 글자 24개일까요, 그 글자가 나타내는 16바이트일까요?',
        },
        {
          en: 'Accept is base64 of SHA-1 of the key as it was sent, with 258EAFA5-E914-47DA-95CA-C5AB0DC85B11 behind it (RFC 6455 4.2.2).',
          ko: 'Accept는 받은 그대로의 키 뒤에 258EAFA5-E914-47DA-95CA-C5AB0DC85B11을 붙여 SHA-1을 구하고 base64로 적은 것입니다(RFC 6455 4.2.2).',
        },
      ),
    ],
    losses: {},
    predict: {
      question: {
        en: 'SHA-1 makes 20 bytes. How many letters has Sec-WebSocket-Accept?',
        ko: 'SHA-1의 결과는 20바이트입니다. Sec-WebSocket-Accept는 몇 글자일까요?',
      },
      sends: [opening()],
      answer: (received) => `${/Sec-WebSocket-Accept: (\S*)/i.exec(received)?.[1]?.length ?? 0}`,
    },
    mend: {
      symptom: {
        en: 'The server says 101, and every browser closes at once: Incorrect Sec-WebSocket-Accept header value.',
        ko: '서버는 101로 답하는데 브라우저는 모두 곧바로 닫습니다. Sec-WebSocket-Accept의 값이 틀렸다고 합니다.',
      },
      replaced: ".digest('base64')",
      by: ".digest('hex')",
      fails: ['opening/plain', 'opening/accept-of-key-1'],
    },
    extend: {
      en: 'Choose one of the subprotocols that the client offers in Sec-WebSocket-Protocol, or none.',
      ko: '클라이언트가 Sec-WebSocket-Protocol로 제시한 서브프로토콜 가운데 하나를 고르거나, 아무것도 고르지 마십시오.',
    },
    why: {
      en: 'The Accept is no secret: anyone can compute it. It proves that the server has read the key as WebSocket, and is no cache or server that says yes to all. That is all of HTTP that is left from here on.',
      ko: 'Accept는 비밀이 아닙니다. 누구나 계산할 수 있습니다. 서버가 키를 WebSocket으로 읽었으며, 아무 요청에나 답하는 서버나 캐시가 아니라는 증거입니다. HTTP는 여기까지입니다.',
    },
  },
  {
    track: 'ws',
    number: 2,
    file: '02-frames.ts',
    question: { en: 'In how many bytes does “안녕” come?', ko: '“안녕”은 몇 바이트로 올까요?' },
    idea: {
      en: 'A frame: two bytes that say what and how long, four bytes of key, then the payload XOR the key.',
      ko: '프레임 하나로 옵니다. 종류와 길이를 알려 주는 2바이트, 마스킹 키 4바이트, 그리고 키와 XOR한 페이로드입니다.',
    },
    goals: [
      goal(
        'sizes/text-of-125',
        {
          en: 'Print the first two bytes of a frame in binary. Which bits are the opcode, and which the length?',
          ko: '프레임의 첫 2바이트를 2진수로 출력해 보십시오. 어느 비트가 opcode이고 어느 비트가 길이일까요?',
        },
        {
          en: 'FIN is the top bit of the first byte and the opcode its low four; the top bit of the second says that a key follows, the other seven are the length. What you send has no key (RFC 6455 5.1, 5.2).',
          ko: '첫 바이트의 맨 위 비트는 FIN, 아래 네 비트는 opcode입니다. 둘째 바이트의 맨 위 비트는 키가 따라온다는 뜻이고 나머지 일곱 비트가 길이입니다. 서버가 보낼 때는 키가 없습니다(RFC 6455 5.1, 5.2).',
        },
      ),
      goal(
        'utf8/each-length',
        {
          en: 'What do you turn into a string on the way, and back? Compare the bytes that came with those that you send.',
          ko: '도중에 문자열로 바꾸었다가 되돌리는 것은 무엇일까요? 받은 바이트와 보내는 바이트를 비교해 보십시오.',
        },
        {
          en: 'Byte i of the payload is XORed with byte i modulo 4 of the key, as a byte and not as a letter (RFC 6455 5.3).',
          ko: '페이로드의 i번째 바이트를 키의 i mod 4번째 바이트와 XOR합니다. 글자가 아니라 바이트입니다(RFC 6455 5.3).',
        },
      ),
    ],
    losses: {
      'failing/no-message-after-a-broken-frame': 6,
      'failing/no-ping-after-a-broken-frame': 6,
      'pong/unasked': 4,
      'closing/no-answer-to-ping-after-close': 4,
      'closing/no-answer-to-text-after-close': 4,
      'closing/no-answer-to-close-after-close': 4,
      'closing/no-answer-to-broken-frame-after-close': 4,
      'closing/no-answer-to-fragments-after-close': 4,
      'closing/no-answer-to-octets-after-close': 4,
      'closing/answers-once': 4,
    },
    breaks: {
      text: {
        en: '안녕 in a frame of twelve bytes: rung 1 says nothing.',
        ko: '안녕을 12바이트 프레임으로 보내도 1단계는 아무것도 보내지 않습니다.',
      },
      sends: [opening(), frame(TEXT, HANGUL)],
    },
    predict: {
      question: {
        en: 'The key is 37 fa 21 3d, the payload 5f 93. Which two letters come back? (0x68 is h.)',
        ko: '키는 37 fa 21 3d이고 페이로드는 5f 93입니다. 어떤 두 글자가 돌아올까요? (0x68은 h입니다.)',
      },
      sends: [opening(), frame(TEXT, 'hi')],
      answer: (received) => framesIn(received).toString('latin1', 2),
    },
    mend: {
      symptom: {
        en: 'A text of three letters comes back well. From the fourth on there is noise.',
        ko: '세 글자까지는 그대로 돌아오는데, 네 번째 글자부터는 알 수 없는 글자가 됩니다.',
      },
      replaced: 'key[i % 4]',
      by: 'key[i % 3]',
      fails: ['sizes/text-of-125', 'utf8/each-length'],
    },
    extend: {
      en: 'Write the client: the same frames, but it is you who masks, with a new random key for each frame.',
      ko: '클라이언트를 만들어 보십시오. 프레임은 같지만 이번에는 보내는 쪽에서 마스크를 씌웁니다. 키는 프레임마다 무작위로 새로 뽑습니다.',
    },
    why: {
      en: 'A frame brings back what a stream has not: where a message ends. The key hides nothing, since it travels along; it keeps a page from choosing the bytes that a proxy will see. But now everything is given back, also a Pong, and what comes behind a Close: rung 4 mends that.',
      ko: '스트림에 없던 것, 곧 메시지가 어디서 끝나는지를 프레임이 알려 줍니다. 키는 함께 오므로 아무것도 숨기지 않으며, 웹 페이지가 프록시에 보일 바이트를 고르지 못하게 할 뿐입니다. 다만 이제 서버는 Pong도, Close 뒤에 온 것도 모두 돌려보냅니다. 4단계에서 해결합니다.',
    },
  },
  {
    track: 'ws',
    number: 3,
    file: '03-lengths.ts',
    question: { en: 'Why is 126 not a length?', ko: '126은 왜 길이가 아닐까요?' },
    idea: {
      en: '126 and 127 say that the length follows, in 16 or 64 bits: a short message spends nothing on long ones.',
      ko: '126과 127은 길이가 16비트나 64비트로 뒤따른다는 뜻입니다. 덕분에 긴 길이를 적을 자리가 짧은 메시지에는 들지 않습니다.',
    },
    goals: [
      goal(
        'sizes/text-of-126',
        {
          en: 'The frame begins with 81 fe 00 7e. Which of these bytes is the first of the key?',
          ko: '프레임이 81 fe 00 7e로 시작합니다. 이 가운데 마스킹 키의 첫 바이트가 있을까요?',
        },
        {
          en: 'Up to 125 the seven bits are the length; 126 says that two bytes follow, high byte first. You write lengths in the same way, in the fewest bytes (RFC 6455 5.2).',
          ko: '125까지는 일곱 비트가 곧 길이입니다. 126이면 길이 2바이트가 높은 바이트부터 뒤따릅니다. 보낼 때도 같으며, 가장 적은 바이트로 적어야 합니다(RFC 6455 5.2).',
        },
      ),
      goal(
        'sizes/binary-of-65536',
        {
          en: 'Which is the largest number that two bytes hold, and what does the frame say behind 127?',
          ko: '2바이트로 적을 수 있는 가장 큰 수는 얼마일까요? 127 뒤에는 무엇이 올까요?',
        },
        {
          en: 'From 65,536 on the length is 127 and eight bytes, high byte first: 7f 00 00 00 00 00 01 00 00 (RFC 6455 5.2).',
          ko: '65,536부터는 127과 8바이트이며 높은 바이트가 먼저입니다. 7f 00 00 00 00 00 01 00 00(RFC 6455 5.2).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'A text of 126 bytes: rung 2 takes its length for half of the key. What it gives back is noise, and its own 7e is read as the beginning of a length.',
        ko: '126바이트 텍스트를 보내면 2단계는 길이를 키의 앞부분으로 여깁니다. 알 수 없는 바이트가 돌아오고, 2단계가 길이로 적은 7e도 받는 쪽은 뒤에 길이가 온다는 뜻으로 읽습니다.',
      },
      sends: [opening(), frame(TEXT, 'a'.repeat(126))],
    },
    predict: {
      question: {
        en: 'A text of 65,536 bytes comes back. How many bytes of the frame stand before it?',
        ko: '65,536바이트 텍스트가 돌아옵니다. 프레임에서 텍스트 앞에 놓인 것은 몇 바이트일까요?',
      },
      sends: [opening(), frame(TEXT, 'a'.repeat(65_536))],
      answer: (received) => `${framesIn(received).indexOf('aaaa')}`,
    },
    mend: {
      symptom: {
        en: 'A text of 125 bytes comes back. One of 126 never does, and what is sent behind it does not either.',
        ko: '125바이트 텍스트는 돌아옵니다. 126바이트 텍스트는 돌아오지 않고, 그 뒤에 보낸 것도 돌아오지 않습니다.',
      },
      replaced: 'readUInt16BE()',
      by: 'readUInt16LE()',
      fails: ['sizes/text-of-126'],
    },
    extend: {
      en: 'Echo a frame of a gigabyte without holding it: send its header first, then each piece as it comes.',
      ko: '1 GiB짜리 프레임을 메모리에 모으지 않고 돌려보내 보십시오. 헤더를 먼저 보내고, 조각은 오는 대로 보냅니다.',
    },
    why: {
      en: 'Three forms, and the first byte says which one: a chat pays two bytes a message, a film ten. But one number has three spellings now, and two readers may differ about them; so the sender must take the shortest.',
      ko: '길이를 적는 방식은 셋이고, 어느 것인지는 한 바이트가 알려 줍니다. 채팅은 메시지마다 2바이트, 영화는 10바이트면 됩니다. 대신 한 수를 세 가지로 적을 수 있게 되어 두 구현이 다르게 읽을 수 있습니다. 그래서 보내는 쪽은 가장 짧은 방식을 써야 합니다.',
    },
  },
  {
    track: 'ws',
    number: 4,
    file: '04-control.ts',
    question: { en: 'Why is goodbye said twice?', ko: '작별 인사는 왜 두 번 할까요?' },
    idea: {
      en: 'A Close is answered by a Close, and only then TCP ends; a Ping is answered by a Pong, a Pong by nothing.',
      ko: 'Close에는 Close로 답하고, 그다음에야 TCP를 닫습니다. Ping에는 Pong으로 답하고, Pong에는 답하지 않습니다.',
    },
    goals: [
      goal(
        'ping/of-125',
        {
          en: 'The frame begins with 89. With which byte does your answer begin?',
          ko: '프레임이 89로 시작합니다. 답은 어떤 바이트로 시작할까요?',
        },
        {
          en: 'A Ping, opcode 9, is answered by a Pong, opcode 10, with the same payload (RFC 6455 5.5.2, 5.5.3).',
          ko: 'Ping(opcode 9)에는 같은 페이로드를 담은 Pong(opcode 10)으로 답합니다(RFC 6455 5.5.2, 5.5.3).',
        },
      ),
      goal(
        'pong/unasked',
        {
          en: 'If both sides answered a Pong by a Pong, when would they stop?',
          ko: '양쪽이 Pong에 Pong으로 답한다면 언제 멈출까요?',
        },
        {
          en: 'A Pong that was not asked for is a heartbeat in one direction: it gets no answer (RFC 6455 5.5.3).',
          ko: '요청하지 않은 Pong은 한 방향의 하트비트이므로 답하지 않습니다(RFC 6455 5.5.3).',
        },
      ),
      goal(
        'closing/server-ends-tcp',
        {
          en: 'Both Closes have passed. Who ends TCP, and what are you waiting for?',
          ko: 'Close가 양쪽으로 오갔습니다. TCP는 누가 닫고, 서버는 무엇을 기다리고 있을까요?',
        },
        {
          en: 'A Close is answered by a Close, the last frame of its side; then the server is the first to end TCP (RFC 6455 5.5.1, 7.1.1).',
          ko: 'Close에는 Close로 답하며, 이것이 그쪽의 마지막 프레임입니다. 그다음 서버가 먼저 TCP를 닫습니다(RFC 6455 5.5.1, 7.1.1).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'A Ping, a Pong, a Close and a text: rung 3 gives back all four, and does not end.',
        ko: 'Ping, Pong, Close, 텍스트를 보냅니다. 3단계는 넷을 모두 돌려보내고 닫지 않습니다.',
      },
      sends: [opening(), frame(PING, 'p'), frame(PONG, 'q'), frame(CLOSE, '\x03\xe8'), frame(TEXT, 'late')],
    },
    predict: {
      question: {
        en: 'A text, a Close and another text come in one write. How many frames come back?',
        ko: '텍스트, Close, 텍스트를 write() 한 번으로 보냅니다. 프레임은 몇 개 돌아올까요?',
      },
      sends: [opening(), frame(TEXT, 'a') + frame(CLOSE, '\x03\xe8') + frame(TEXT, 'b')],
      answer(received) {
        const frames = framesIn(received);
        let count = 0;
        for (let at = 0; at + 1 < frames.length; at += 2 + frames[at + 1]!) count++;
        return `${count}`;
      },
    },
    mend: {
      symptom: {
        en: 'The client says goodbye, hears it back, and then waits until it gives up. Its next Close is answered, too.',
        ko: '클라이언트가 Close를 보내고 답도 받지만, 연결이 끝나지 않아 결국 기다리다 포기합니다. 한 번 더 보낸 Close에도 답이 옵니다.',
      },
      replaced: 'if (opcode === CLOSE) return send(socket, CLOSE, payload);',
      by: 'if (opcode === CLOSE) send(socket, CLOSE, payload);',
      fails: ['closing/server-ends-tcp', 'closing/answers-once'],
    },
    extend: {
      en: 'Send a Ping every ten seconds, and end the connection of a client that has not answered the last one.',
      ko: '10초마다 Ping을 보내고, 지난번 Ping에 답하지 않은 클라이언트의 연결을 끊어 보십시오.',
    },
    why: {
      en: 'The end of TCP does not say whether all has arrived. Two Closes say more: both sides know that no more comes, and the one that began also knows that all it sent was read. And the server ends TCP first, so that the waiting which TCP asks of that side (TIME_WAIT) does not keep a client from coming back.',
      ko: 'TCP 연결이 끝났다고 해서 모두 도착했다는 뜻은 아닙니다. Close가 오가면 양쪽 모두 더 올 것이 없음을 알고, 먼저 시작한 쪽은 보낸 것을 상대가 모두 읽었음도 압니다. TCP에서는 먼저 닫은 쪽이 기다려야 하므로(TIME_WAIT), 서버가 먼저 닫아 클라이언트가 바로 다시 연결할 수 있게 합니다.',
    },
  },
  {
    track: 'ws',
    number: 5,
    file: '05-fragments.ts',
    question: {
      en: 'What if a message comes in several frames?',
      ko: '메시지 하나가 프레임 여럿으로 오면 어떻게 할까요?',
    },
    idea: {
      en: 'FIN marks the last one, opcode 0 continues, and control frames may come in between.',
      ko: 'FIN은 마지막 조각을 표시하고, opcode 0은 앞의 조각을 잇습니다. 그 사이에 제어 프레임이 올 수 있습니다.',
    },
    goals: [
      goal(
        'fragments/two',
        {
          en: 'The frames begin with 01 and 80. What do the top bit and the low four bits of each say?',
          ko: '프레임 둘이 01과 80으로 시작합니다. 각각 맨 위 비트와 아래 네 비트는 무슨 뜻일까요?',
        },
        {
          en: 'The first frame has the type, each one after it opcode 0, and only the last one FIN; their payloads joined are the message (RFC 6455 5.4).',
          ko: '종류는 첫 프레임에 있고, 뒤따르는 프레임은 모두 opcode 0이며, FIN은 마지막에만 있습니다. 페이로드를 이으면 메시지가 됩니다(RFC 6455 5.4).',
        },
      ),
      goal(
        'between/ping',
        {
          en: 'Which opcode has the second frame, and to which message does its payload belong?',
          ko: '두 번째 프레임의 opcode는 무엇이고, 그 페이로드는 어느 메시지의 것일까요?',
        },
        {
          en: 'Control frames may come between the fragments of a message. They are not fragmented, and are no part of it (RFC 6455 5.4).',
          ko: '제어 프레임은 조각난 메시지 도중에 올 수 있습니다. 제어 프레임은 조각나지 않으며, 그 메시지의 일부도 아닙니다(RFC 6455 5.4).',
        },
      ),
      goal(
        'utf8/first-of-two-in-two-frames',
        {
          en: 'A character of two bytes is cut by the end of a frame. What are its halves, alone?',
          ko: '2바이트 글자가 프레임 끝에서 잘렸습니다. 반쪽만 따로 보면 무엇일까요?',
        },
        {
          en: 'Fragments are cut between any two bytes: join them as bytes, before anything looks at letters (RFC 6455 5.6).',
          ko: '조각은 어느 바이트 사이에서든 나뉠 수 있습니다. 글자로 바꾸기 전에 바이트로 이으십시오(RFC 6455 5.6).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: '안녕 in two frames, cut within 안, with a Ping in between: rung 4 gives back pieces of which none is text.',
        ko: '안녕을 안의 중간에서 잘라 프레임 둘로 보내고 사이에 Ping을 넣습니다. 4단계가 돌려보내는 조각은 어느 것도 텍스트가 아닙니다.',
      },
      sends: [opening(), frame(0x01, HANGUL.slice(0, 1)), frame(PING, ''), frame(0x80, HANGUL.slice(1))],
    },
    predict: {
      question: {
        en: 'The first fragment of a text, a Ping, the last fragment. With which byte does the first frame begin that comes back?',
        ko: '텍스트의 첫 조각, Ping, 마지막 조각을 보냅니다. 가장 먼저 돌아오는 프레임은 어떤 바이트로 시작할까요?',
      },
      sends: [opening(), frame(0x01, 'a') + frame(PING, 'p') + frame(0x80, 'b')],
      answer: (received) => hex(framesIn(received).subarray(0, 1)),
    },
    mend: {
      symptom: {
        en: 'A long message is sometimes cut short, and ends with a word that no one typed: what the heartbeat carries.',
        ko: '긴 메시지가 가끔 중간에서 끝나고, 끝에 아무도 쓰지 않은 말이 붙어 있습니다. 하트비트의 페이로드입니다.',
      },
      replaced: 'frame.opcode >= CLOSE',
      by: 'frame.opcode > PING',
      fails: ['between/ping'],
    },
    extend: {
      en: 'Send in fragments as well: each piece as soon as you have it, with an empty last frame for an end that comes late.',
      ko: '보낼 때도 조각으로 나누어 보십시오. 조각은 생기는 대로 보내고, 끝을 늦게 알았으면 빈 프레임으로 끝냅니다.',
    },
    why: {
      en: 'A message may begin before its length is known, and a long one does not keep a Ping or a Close waiting. The price: from now on the server has to remember something between two frames, and so there are frames that come at the wrong time.',
      ko: '길이를 몰라도 메시지를 시작할 수 있고, 긴 메시지가 와도 Ping과 Close는 기다리지 않습니다. 대신 이제부터 서버는 프레임 사이에 기억할 것이 있고, 그래서 때를 어긴 프레임도 생깁니다.',
    },
  },
  {
    track: 'ws',
    number: 6,
    file: '06-refusals.ts',
    question: { en: 'What must be refused?', ko: '무엇을 거절해야 할까요?' },
    idea: {
      en: 'A frame that breaks a rule is answered by a Close, 1002, and what comes behind it is dropped.',
      ko: '규칙을 어긴 프레임에는 Close 1002로 답하고, 그 뒤에 오는 것은 버립니다.',
    },
    goals: [
      goal(
        'masking/unmasked-text',
        {
          en: 'The frame begins with 81 0a. Where do you look for the key?',
          ko: '프레임이 81 0a로 시작합니다. 키를 어디에서 찾고 있을까요?',
        },
        {
          en: 'A client masks each frame; a server fails the connection if one is not masked (RFC 6455 5.1).',
          ko: '클라이언트는 모든 프레임에 마스크를 씌웁니다. 마스크가 없는 프레임이 오면 서버는 연결을 끝냅니다(RFC 6455 5.1).',
        },
      ),
      goal(
        'reserved/rsv1-on-text',
        {
          en: 'The frame begins with c1. Which bits of it have you not looked at?',
          ko: '프레임이 c1로 시작합니다. 아직 보지 않은 비트는 어느 것일까요?',
        },
        {
          en: 'Three bits are reserved for extensions, and opcodes 3 to 7 and 11 to 15 for later: without an agreement they fail the connection (RFC 6455 5.2).',
          ko: '비트 셋은 확장을 위해, opcode 3부터 7까지와 11부터 15까지는 나중을 위해 비워 두었습니다. 합의 없이 쓰면 연결을 끝냅니다(RFC 6455 5.2).',
        },
      ),
      goal(
        'order/text-within-text',
        {
          en: 'Two frames begin with 01 and 81. How many messages are that, and where does the first one end?',
          ko: '프레임 둘이 01과 81로 시작합니다. 메시지는 몇 개이고, 첫 메시지는 어디서 끝날까요?',
        },
        {
          en: 'A new message may not begin within another, and a continuation needs one to continue (RFC 6455 5.4).',
          ko: '메시지 안에서 다른 메시지를 시작할 수 없고, 연속 프레임(continuation)에는 이을 메시지가 있어야 합니다(RFC 6455 5.4).',
        },
      ),
      goal(
        'control/fragmented-ping',
        {
          en: 'The frame begins with 09. What does its top bit say, and what would have to follow?',
          ko: '프레임이 09로 시작합니다. 맨 위 비트는 무슨 뜻이고, 무엇이 뒤따라야 할까요?',
        },
        {
          en: 'A control frame is whole, and has 125 bytes of payload at most (RFC 6455 5.5).',
          ko: '제어 프레임은 조각나지 않으며 페이로드는 125바이트를 넘지 않습니다(RFC 6455 5.5).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'hi without a mask, 81 02 68 69: rung 5 takes it for half of a key, and waits.',
        ko: '마스크가 없는 hi, 81 02 68 69를 보냅니다. 5단계는 hi를 키의 반으로 여기고 나머지를 기다립니다.',
      },
      sends: [opening(), '\x81\x02hi'],
    },
    predict: {
      question: {
        en: 'A frame without a mask is answered by a Close. In which two bytes does it say 1002?',
        ko: '마스크가 없는 프레임에는 Close로 답합니다. 1002는 어떤 두 바이트로 적을까요?',
      },
      sends: [opening(), '\x81\x02hi'],
      answer: (received) => hex(framesIn(received).subarray(2, 4)),
    },
    mend: {
      symptom: {
        en: 'Now and then a message begins with a piece of another one, which was never finished.',
        ko: '메시지 앞에, 끝나지 않은 다른 메시지의 조각이 가끔 붙어 있습니다.',
      },
      replaced: '(frame.opcode === CONTINUATION) !== message.length > 0',
      by: 'frame.opcode === CONTINUATION && message.length === 0',
      fails: ['order/text-within-text'],
    },
    extend: {
      en: 'Refuse a message of more than 1 MiB with 1009, before you have given it memory: also one in many fragments.',
      ko: '1 MiB가 넘는 메시지는 메모리를 내주기 전에 1009로 거절해 보십시오. 여러 조각으로 나뉜 것도 거절해야 합니다.',
    },
    why: {
      en: 'A wrong frame is not skipped, since nothing after it means what it seems to. Being strict costs a dozen lines. And a bit that everyone refuses today can be given a meaning tomorrow: compression has got RSV1 in this way.',
      ko: '잘못된 프레임은 건너뛸 수 없습니다. 그 뒤의 바이트는 보이는 것과 다른 뜻일 수 있기 때문입니다. 엄격하게 읽는 데는 열두어 줄이면 됩니다. 게다가 지금 모두가 거절하는 비트에는 나중에 뜻을 줄 수 있습니다. 압축도 그렇게 RSV1을 쓰게 되었습니다.',
    },
  },
  {
    track: 'ws',
    number: 7,
    file: '07-checked.ts',
    question: {
      en: 'Does any request become a WebSocket?',
      ko: '아무 요청이나 WebSocket이 될까요?',
    },
    idea: {
      en: 'The opening is checked field by field: 400, or 426 with the version that we speak.',
      ko: '오프닝 핸드셰이크(opening handshake)를 필드마다 확인합니다. 틀리면 400으로, 버전이 다르면 서버의 버전을 담아 426으로 답합니다.',
    },
    goals: [
      goal(
        'opening/no-key',
        {
          en: 'There is no Sec-WebSocket-Key. What do you compute the Accept of?',
          ko: 'Sec-WebSocket-Key가 없습니다. 무엇으로 Accept를 계산하고 있을까요?',
        },
        {
          en: 'A request without Host, Upgrade: websocket, Connection: Upgrade, or a key that is base64 of 16 bytes, is refused with an error such as 400 (RFC 6455 4.2.1).',
          ko: 'Host, Upgrade: websocket, Connection: Upgrade, 16바이트를 base64로 적은 키 가운데 하나라도 없으면 400 같은 오류로 거절합니다(RFC 6455 4.2.1).',
        },
      ),
      goal(
        'opening/connection-longer',
        {
          en: 'Connection says no-upgrade. Do you look for a word, or for a part of one?',
          ko: 'Connection이 no-upgrade입니다. 낱말을 찾고 있을까요, 낱말의 일부를 찾고 있을까요?',
        },
        {
          en: 'Connection and Upgrade are lists of words, in any case of letters: one of them has to be the word (RFC 6455 4.2.1, RFC 9110 5.6.1).',
          ko: 'Connection과 Upgrade는 낱말의 목록이며 대소문자를 구분하지 않습니다. 낱말 하나가 통째로 맞아야 합니다(RFC 6455 4.2.1, RFC 9110 5.6.1).',
        },
      ),
      goal(
        'opening/version-12-is-told-13',
        {
          en: 'The client speaks version 12. What does it have to know to try again?',
          ko: '클라이언트는 버전 12를 씁니다. 다시 시도하려면 무엇을 알아야 할까요?',
        },
        {
          en: 'A version that you do not speak is refused, with Sec-WebSocket-Version: 13 in the answer; 426 says it best (RFC 6455 4.2.2, 4.4).',
          ko: '지원하지 않는 버전은 거절하고, 응답에 Sec-WebSocket-Version: 13을 적습니다. 상태 코드는 426이 알맞습니다(RFC 6455 4.2.2, 4.4).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'A request of version 12: rung 6 answers 101, to a protocol that it does not speak.',
        ko: '버전 12로 요청합니다. 6단계는 지원하지도 않는 버전에 101로 답합니다.',
      },
      sends: [opening({ 'Sec-WebSocket-Version': '12' })],
    },
    predict: {
      question: {
        en: 'Sec-WebSocket-Version: 13, 12. Which status?',
        ko: 'Sec-WebSocket-Version: 13, 12라고 보냅니다. 상태 코드는 무엇일까요?',
      },
      sends: [opening({ 'Sec-WebSocket-Version': '13, 12' })],
      answer: (received) => /^HTTP\/1\.1 (\d\d\d)/.exec(received)?.[1] ?? '',
    },
    mend: {
      symptom: {
        en: 'Chromium connects. Firefox gets a 400.',
        ko: 'Chromium은 연결되는데 Firefox는 400을 받습니다.',
      },
      replaced: '/(^|,)[ \\t]*upgrade[ \\t]*(,|$)/i',
      by: '/^upgrade$/i',
      fails: ['opening/connection-with-keep-alive'],
    },
    extend: {
      en: 'Take only pages of a list of origins, and answer 403 to others: a browser lets any page open a WebSocket to you, and sends its cookies along.',
      ko: '목록에 있는 출처(origin)의 페이지만 받고 나머지에는 403으로 답해 보십시오. 브라우저는 어떤 페이지에서든 이 서버로 WebSocket을 열 수 있게 하고, 쿠키도 함께 보냅니다.',
    },
    why: {
      en: 'The opening is made so that nothing else looks like it: no form, no link and no script of HTTP can send these fields. That protects a server only if it checks all of them. And 426 with a version is how a protocol can have a version 14 one day.',
      ko: '오프닝 핸드셰이크는 다른 요청과 혼동할 수 없게 만들었습니다. HTML 폼도, 링크도, HTTP를 쓰는 스크립트도 이 필드를 보낼 수 없습니다. 다만 서버가 모두 확인해야만 서버를 지켜 줍니다. 버전을 알려 주는 426이 있어서, 언젠가 버전 14도 나올 수 있습니다.',
    },
  },
  {
    track: 'ws',
    number: 8,
    file: '08-utf8.ts',
    question: { en: 'What of a text that is no text?', ko: '글자가 아닌 텍스트는 어떻게 할까요?' },
    idea: {
      en: 'Text is UTF-8, the whole message and not each frame: 1007 if not; and a Close has a code that may be sent.',
      ko: '텍스트는 UTF-8이어야 하며, 프레임이 아니라 메시지 전체로 따집니다. 아니면 1007입니다. Close에는 보낼 수 있는 코드만 담습니다.',
    },
    goals: [
      goal(
        'not-utf8/lone-80',
        {
          en: 'The text is the byte 80. What does your language make of it as a string, and what of that as bytes?',
          ko: '텍스트가 바이트 80 하나입니다. 문자열로 바꾸면 무엇이 되고, 다시 바이트로 바꾸면 무엇이 될까요?',
        },
        {
          en: 'A text message that is not UTF-8 fails the connection, with 1007; it is not mended with U+FFFD (RFC 6455 8.1).',
          ko: 'UTF-8이 아닌 텍스트 메시지가 오면 1007로 연결을 끝냅니다. U+FFFD로 바꾸어 받지 않습니다(RFC 6455 8.1).',
        },
      ),
      goal(
        'close-codes/not-1005',
        {
          en: 'The Close says 1005. What does your answer say?',
          ko: 'Close 코드가 1005입니다. 서버는 어떤 코드로 답하고 있을까요?',
        },
        {
          en: '1005, 1006 and 1015 stand for what is not there, and are never sent, not even back; 3000 to 4999 are for libraries and applications (RFC 6455 7.4).',
          ko: '1005, 1006, 1015는 오지 않은 것을 나타내는 코드이므로 보내지 않으며, 되돌려 보내지도 않습니다. 3000부터 4999까지는 라이브러리와 애플리케이션의 것입니다(RFC 6455 7.4).',
        },
      ),
      goal(
        'close-body/one-octet',
        {
          en: 'The payload of the Close has one byte. Which code is that?',
          ko: 'Close의 페이로드가 1바이트입니다. 어떤 코드일까요?',
        },
        {
          en: 'A Close is empty, or has a code of two bytes and then a reason in UTF-8; one byte breaks the protocol: 1002 (RFC 6455 5.5.1).',
          ko: 'Close는 비어 있거나, 2바이트 코드와 UTF-8로 적은 이유를 담습니다. 1바이트는 프로토콜을 어긴 것이므로 1002입니다(RFC 6455 5.5.1).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'A text of the lone byte 80: rung 7 gives it back, and a browser that gets it fails the connection.',
        ko: '바이트 80 하나뿐인 텍스트를 보냅니다. 7단계는 그대로 돌려보내고, 받은 브라우저는 연결을 끝냅니다.',
      },
      sends: [opening(), frame(TEXT, '\x80')],
    },
    predict: {
      question: {
        en: 'ed a0 80 has the form of UTF-8, and stands for D800, half of a surrogate pair. Which Close code comes, or 0 for none?',
        ko: 'ed a0 80은 UTF-8의 형식을 갖추었지만 D800, 곧 서로게이트 쌍의 반쪽을 나타냅니다. 어떤 Close 코드가 올까요? 오지 않는다면 0입니다.',
      },
      sends: [opening(), frame(TEXT, '\xed\xa0\x80')],
      answer(received) {
        const frames = framesIn(received);
        return frames[0] === CLOSE ? `${frames.readUInt16BE(2)}` : '0';
      },
    },
    mend: {
      symptom: {
        en: 'A message in Korean that comes in several fragments is sometimes refused with 1007. One in English never is.',
        ko: '여러 조각으로 온 한국어 메시지를 가끔 1007로 거절합니다. 영어 메시지는 그런 일이 없습니다.',
      },
      replaced: '!isText(payload)',
      by: '!message.every((part) => isText(part.payload))',
      fails: ['utf8/first-of-two-in-two-frames'],
    },
    extend: {
      en: 'Fail at the first wrong byte, before the message is complete. And hold the eight rules that are left: refuse a Sec-WebSocket-Extensions that is no list of extensions (RFC 6455 9.1), with one more entry in RULES. Empty elements of a list stay allowed.',
      ko: '메시지가 다 오기를 기다리지 말고, 틀린 바이트가 처음 나오면 바로 연결을 끝내 보십시오. 그리고 남은 규칙 여덟 개도 지켜 보십시오. 확장의 목록이 아닌 Sec-WebSocket-Extensions를 거절하면 되며(RFC 6455 9.1), RULES에 항목 하나면 됩니다. 목록의 빈 원소는 그대로 허용합니다.',
    },
    why: {
      en: 'An application that is given text may trust that it is text; so every endpoint checks, and none guesses. Most of what this rung wins is about UTF-8: few bytes, and many ways to be wrong. A browser, ws and undici can now speak with a hundred and thirty lines; ws-mini adds streams, limits, deadlines, back-pressure and compression.',
      ko: '텍스트를 받은 애플리케이션은 올바른 텍스트라고 믿어도 됩니다. 그래서 양쪽 모두 확인하고, 짐작하지 않습니다. 이 단계에서 새로 지키는 규칙은 대부분 UTF-8입니다. 바이트는 몇 안 되는데 틀리는 방법은 많습니다. 이제 130줄로 브라우저, ws, undici와 통신할 수 있습니다. ws-mini는 여기에 스트림, 한도, 기한, 배압(back-pressure), 압축을 더합니다.',
    },
  },
];

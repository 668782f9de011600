/** The rungs of TCP, from an echo to both ends of a connection. Each has a contract of its own, which its question is about. */
import { goal, type Rung } from '../rung.ts';

function inHex(received: string): string {
  return Buffer.from(received, 'latin1')
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
}

/** 안녕 and LF: its bytes in UTF-8, one character each. */
const HANGUL = '\xec\x95\x88\xeb\x85\x95\n';

export const tcp: readonly Rung[] = [
  {
    track: 'tcp',
    number: 1,
    file: '01-echo.ts',
    question: {
      en: 'If one client is silent, do all others wait?',
      ko: '클라이언트 하나가 아무것도 보내지 않으면 모두 기다릴까요?',
    },
    idea: {
      en: 'accept() gives a new socket for each client, and each has a state of its own. Contract: what comes goes back, byte for byte, until the client ends (RFC 862).',
      ko: 'accept()는 클라이언트마다 새 소켓을 주고, 소켓마다 상태가 따로 있습니다. 계약: 클라이언트가 FIN을 보낼 때까지 받은 바이트를 그대로 돌려보냅니다(RFC 862).',
    },
    goals: [
      goal(
        'echo/two-at-once',
        {
          en: 'The second client has sent 73 65 63. Which line of your program has these bytes now, and which line is running?',
          ko: '두 번째 클라이언트가 73 65 63을 보냈습니다. 이 바이트는 지금 프로그램의 어느 줄에 있고, 실행 중인 줄은 어디일까요?',
        },
        {
          en: 'accept() returns a socket for each client. Nothing that waits for one of them may stand in the way of another (law 4, laws/4/others).',
          ko: 'accept()는 클라이언트마다 소켓을 하나씩 돌려줍니다. 한 소켓을 기다리느라 다른 소켓을 막으면 안 됩니다(법칙 4, laws/4/others).',
        },
      ),
      goal(
        'echo/again',
        {
          en: 'The first client has gone. Who calls accept() for the next one?',
          ko: '첫 클라이언트가 떠났습니다. 다음 클라이언트를 위한 accept()는 누가 호출할까요?',
        },
        {
          en: 'A listening socket stays as it is: it gives one connection after another, as long as it is open (RFC 862, rfc862/tcp/until-close).',
          ko: '리스닝 소켓은 그대로 남습니다. 열려 있는 동안 연결을 하나씩 계속 내줍니다(RFC 862, rfc862/tcp/until-close).',
        },
      ),
      goal(
        'echo/octets',
        {
          en: 'Print what comes in hex, and what you send back. Which is the first byte that differs?',
          ko: '받은 것과 돌려보낸 것을 16진수로 출력해 보십시오. 처음으로 다른 바이트는 무엇일까요?',
        },
        {
          en: 'Bytes are no text: ff is no UTF-8, so a string made of it says ef bf bd. Send the bytes that came (RFC 862, rfc862/tcp/echo).',
          ko: '바이트는 텍스트가 아닙니다. ff는 UTF-8이 아니므로, 문자열로 바꾸면 ef bf bd가 됩니다. 받은 바이트를 그대로 보내십시오(RFC 862, rfc862/tcp/echo).',
        },
      ),
      goal(
        'echo/survives-reset',
        {
          en: 'Does your program still run after the reset? What were its last words?',
          ko: '리셋 뒤에도 프로그램이 살아 있을까요? 마지막으로 출력한 것은 무엇일까요?',
        },
        {
          en: 'A reset ends its own connection (RFC 9293 3.5.3). In Node it comes as an error of this socket, and an error that nobody listens for ends the process.',
          ko: '리셋(RST)은 그 연결만 끝냅니다(RFC 9293 3.5.3). Node에서는 그 소켓의 error 이벤트로 오며, 리스너가 없으면 프로세스가 끝납니다.',
        },
      ),
    ],
    losses: {},
    predict: {
      question: {
        en: 'A client sends the one byte ff. Which bytes come back, in hex?',
        ko: '클라이언트가 바이트 ff 하나를 보냅니다. 돌아오는 바이트는 무엇일까요? 16진수로 적으십시오.',
      },
      sends: ['\xff'],
      answer: inHex,
    },
    mend: {
      symptom: {
        en: 'Texts come back as they were. Of a picture that is sent, more bytes come back than went out.',
        ko: '텍스트는 그대로 돌아옵니다. 그런데 사진을 보내면 보낸 것보다 많은 바이트가 돌아옵니다.',
      },
      replaced: '(bytes) => socket.write(bytes)',
      by: '(bytes) => socket.write(bytes.toString())',
      fails: ['echo/octets'],
    },
    extend: {
      en: 'Print the life of each socket: from where it came, when each side has ended, how it closed. With three clients there are four sockets; which is the fourth?',
      ko: '소켓마다 겪는 일을 출력해 보십시오. 어디서 왔는지, 양쪽이 언제 끝냈는지, 어떻게 닫혔는지를 적습니다. 클라이언트가 셋이면 소켓은 넷입니다. 넷째는 무엇일까요?',
    },
    why: {
      en: 'A socket for each client, and a function that is called when something comes: nobody waits for anybody. Bytes went through as they were, so any protocol can be spoken on top. The next question is where a message ends.',
      ko: '클라이언트마다 소켓이 하나씩 있고, 무언가 오면 Node가 함수를 호출합니다. 어느 클라이언트도 다른 클라이언트를 기다리지 않습니다. 바이트가 그대로 지나가므로 그 위에서 어떤 프로토콜이든 쓸 수 있습니다. 다음 질문은 메시지가 어디서 끝나는가입니다.',
    },
  },
  {
    track: 'tcp',
    number: 2,
    file: '02-lines.ts',
    question: { en: 'Is one write() one read()?', ko: 'write() 한 번은 read() 한 번일까요?' },
    idea: {
      en: 'A stream has no messages: keep what has come until a line is whole. Contract: each line is answered with its length in bytes and LF; one of more than 65,536 bytes ends the connection.',
      ko: '스트림에는 메시지가 없습니다. 줄이 다 올 때까지 받은 것을 모아 둡니다. 계약: 줄마다 그 바이트 수와 LF로 답합니다. 65,536바이트를 넘는 줄이 오면 연결을 끝냅니다.',
    },
    goals: [
      goal(
        'lengths/two-lines-in-one',
        {
          en: 'One read brought 61 0a 62 63 0a. How many LF are in it, and how many answers did you send?',
          ko: '한 번 읽어서 61 0a 62 63 0a가 왔습니다. LF는 몇 개이고, 답은 몇 개 보냈을까요?',
        },
        {
          en: 'One read may end several messages: look for the end again until there is none (law 1, laws/1/messages).',
          ko: '한 번 읽은 것 안에서 메시지 여러 개가 끝날 수 있습니다. 끝이 더 없을 때까지 다시 찾으십시오(법칙 1, laws/1/messages).',
        },
      ),
      goal(
        'lengths/line-in-three',
        {
          en: 'After 61 62 0a 63 you have answered 2. Where is the 63 now?',
          ko: '61 62 0a 63을 받고 2라고 답했습니다. 63은 지금 어디에 있을까요?',
        },
        {
          en: 'What is left behind one line is the beginning of the next: keep it for this client, and put what comes behind it (law 1, laws/1/messages).',
          ko: '한 줄을 끝내고 남은 것은 다음 줄의 시작입니다. 그 클라이언트의 것으로 남겨 두고, 이어서 오는 것을 뒤에 붙이십시오(법칙 1, laws/1/messages).',
        },
      ),
      goal(
        'lengths/hangul-cut',
        {
          en: '안 is ec 95 88, and the first read brought ec alone. What did your program make of it?',
          ko: '안은 ec 95 88인데, 처음 읽은 것은 ec뿐입니다. 프로그램은 이 바이트를 무엇으로 바꾸었을까요?',
        },
        {
          en: 'TCP cuts between bytes, also within a character. Join bytes, count bytes, and make text of whole messages only (law 1, laws/1/messages).',
          ko: 'TCP는 글자 안에서도 바이트와 바이트 사이를 자릅니다. 바이트를 이어 붙이고 바이트를 세십시오. 텍스트는 메시지가 다 온 뒤에만 만듭니다(법칙 1, laws/1/messages).',
        },
      ),
      goal(
        'lengths/line-over-limit',
        {
          en: 'A client sends x for ever, and no LF. Print the length of what you keep for it.',
          ko: '클라이언트가 LF 없이 x만 끝없이 보냅니다. 그 클라이언트를 위해 모아 둔 길이를 출력해 보십시오.',
        },
        {
          en: 'What a client can make grow has a limit: a line of more than 65,536 bytes ends the connection (law 4, laws/4/bounded).',
          ko: '클라이언트가 늘릴 수 있는 것에는 한도가 있어야 합니다. 65,536바이트를 넘는 줄은 연결을 끝냅니다(법칙 4, laws/4/bounded).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'Two lines in two writes, but the first write has the beginning of the second line: the echo sends back pieces as TCP has cut them, and knows no line.',
        ko: '두 줄을 두 번에 나누어 쓰되, 첫 번째에 둘째 줄의 시작을 함께 보냅니다. 에코는 TCP가 자른 조각을 그대로 돌려보낼 뿐, 줄을 알지 못합니다.',
      },
      sends: ['ab\nc', 'd\n'],
    },
    predict: {
      question: {
        en: 'A client sends 안녕 and LF. Which number comes back?',
        ko: '클라이언트가 안녕과 LF를 보냅니다. 어떤 수가 돌아올까요?',
      },
      sends: [HANGUL],
      answer: (received) => received.trim(),
    },
    mend: {
      symptom: {
        en: 'A client that waits for each answer before it sends the next line is content. One that sends two lines at once gets a single answer.',
        ko: '답을 기다렸다가 다음 줄을 보내는 클라이언트에는 문제가 없습니다. 두 줄을 한꺼번에 보낸 클라이언트는 답을 하나만 받습니다.',
      },
      replaced: 'rest = rest.subarray(end + 1);',
      by: 'rest = Buffer.alloc(0);',
      fails: ['lengths/two-lines-in-one', 'lengths/line-in-three'],
    },
    extend: {
      en: 'Mark where a message ends with its length in front of it instead: four bytes, highest first. What may a message have in it now that it could not have before, and what does a length of ff ff ff ff cost you?',
      ko: '줄 끝 대신 메시지 앞에 길이를 적어 보십시오. 4바이트, 빅 엔디언입니다. 전에는 메시지에 넣을 수 없던 무엇을 이제 넣을 수 있을까요? 길이로 ff ff ff ff가 오면 어떤 비용이 들까요?',
    },
    why: {
      en: 'TCP keeps the order of bytes, and nothing else. Whoever keeps the rest and looks again finds the same messages however they were cut. It is the most common bug of programs that speak TCP, and it hides until the network is slow.',
      ko: 'TCP는 바이트의 순서만 지킵니다. 남은 것을 모아 두고 다시 찾으면, 어떻게 잘렸든 같은 메시지가 나옵니다. 이것을 빠뜨리는 것이 TCP를 쓰는 프로그램에 가장 흔한 버그이며, 네트워크가 느려질 때까지 드러나지 않습니다.',
    },
  },
  {
    track: 'tcp',
    number: 3,
    file: '03-pace.ts',
    builtOn: 1,
    question: {
      en: 'If a client does not read, where does it pile up?',
      ko: '상대가 읽지 않으면 어디에 쌓일까요?',
    },
    idea: {
      en: 'In our memory, unless we stop to read once write() says false: then TCP slows the client down. Contract: an echo again.',
      ko: 'write()가 false일 때 읽기를 멈추지 않으면 우리 메모리에 쌓입니다. 멈추면 TCP가 클라이언트를 늦춥니다. 계약: 다시 에코입니다.',
    },
    goals: [
      goal(
        'echo/unread-stops',
        {
          en: 'Print socket.writableLength with each read. Until when does it grow?',
          ko: '읽을 때마다 socket.writableLength를 출력해 보십시오. 언제까지 늘어날까요?',
        },
        {
          en: 'write() that says false means: stop to read. What is not read waits in the system, and then at the client (RFC 9293 3.8.6; law 10, laws/10/pace).',
          ko: 'write()가 false이면 읽기를 멈추라는 뜻입니다. 읽지 않은 것은 운영체제에서, 그다음에는 클라이언트 쪽에서 기다립니다(RFC 9293 3.8.6, 법칙 10, laws/10/pace).',
        },
      ),
      goal(
        'echo/unread-all-comes',
        {
          en: 'The client reads again. Who tells you so, and how many times?',
          ko: '클라이언트가 다시 읽기 시작합니다. 누가, 몇 번 알려 줄까요?',
        },
        {
          en: 'drain comes each time that all has been taken after a false: read on then, each time (law 10, laws/10/pace).',
          ko: 'write()가 false였던 뒤에 다 나갈 때마다 drain이 옵니다. 그때마다 다시 읽으십시오(법칙 10, laws/10/pace).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'Rung 2 answers lengths, and the bytes are gone. The echo of rung 1 gives all of them back, but takes whatever it is sent into its memory while the client does not read.',
        ko: '2단계는 길이로 답할 뿐, 바이트는 사라집니다. 1단계의 에코는 모두 돌려주지만, 클라이언트가 읽지 않는 동안 보내는 대로 메모리에 쌓습니다.',
      },
      sends: ['hello\n'],
    },
    predict: {
      question: {
        en: 'A client sends 100,000 bytes in one write. write() says false, and the server stops to read. How many bytes come back in the end?',
        ko: '클라이언트가 100,000바이트를 한 번에 씁니다. write()가 false여서 서버는 읽기를 멈춥니다. 결국 몇 바이트가 돌아올까요?',
      },
      sends: ['x'.repeat(100_000)],
      answer: (received) => `${received.length}`,
    },
    mend: {
      symptom: {
        en: 'Small things are echoed. Of a large file, the beginning comes back, and then nothing more.',
        ko: '작은 것은 잘 돌아옵니다. 큰 파일은 앞부분만 돌아오고 더는 오지 않습니다.',
      },
      replaced: "socket.on('drain',",
      by: "socket.once('drain',",
      fails: ['echo/unread-all-comes'],
    },
    extend: {
      en: 'Write the same with socket.pipe(socket), and with for await: both keep the pace by themselves. Then measure how many bytes your system takes while nobody reads.',
      ko: '같은 것을 socket.pipe(socket)으로, 그리고 for await로 만들어 보십시오. 둘 다 스스로 속도를 맞춥니다. 그런 다음 아무도 읽지 않는 동안 운영체제가 몇 바이트를 받아 두는지 재어 보십시오.',
    },
    why: {
      en: 'Back-pressure is two lines: stop at false, go on at drain. With them a connection costs what the system gives it; without them a client that does not read takes as much memory as it likes. Every protocol above has to hand this through.',
      ko: '배압(back-pressure)은 두 줄입니다. false이면 멈추고 drain이면 다시 읽습니다. 이 두 줄이 있으면 연결 하나가 운영체제가 주는 만큼만 쓰고, 없으면 읽지 않는 클라이언트가 메모리를 마음껏 차지합니다. 그 위의 모든 프로토콜도 배압을 이어 주어야 합니다.',
    },
  },
  {
    track: 'tcp',
    number: 4,
    file: '04-ends.ts',
    question: { en: 'How many times does it end?', ko: '끝은 몇 번 올까요?' },
    idea: {
      en: 'Each direction ends by itself; a reset is no end, and neither is silence. Contract: at the client’s end the number of its bytes, then FIN; more than 1,000,000 bytes are refused at once with “too many”; what is idle for 2 seconds is ended.',
      ko: '두 방향은 따로 끝납니다. 리셋(RST)은 끝이 아니고, 아무것도 오지 않는 것도 끝이 아닙니다. 계약: 클라이언트가 FIN을 보내면 받은 바이트 수로 답하고 FIN을 보냅니다. 1,000,000바이트를 넘으면 바로 “too many”로 거절하고, 2초 동안 오가는 것이 없으면 끝냅니다.',
    },
    goals: [
      goal(
        'total/after-end',
        {
          en: 'The client has sent its FIN. Who may still send, and is your socket still writable?',
          ko: '클라이언트가 FIN을 보냈습니다. 아직 보낼 수 있는 쪽은 누구이고, 여러분의 소켓은 아직 쓸 수 있을까요?',
        },
        {
          en: 'A FIN ends one direction (RFC 9293 3.6). Answer in the other, and then send your own; Node does so only with allowHalfOpen (law 9, laws/9/half-close).',
          ko: 'FIN은 한 방향만 끝냅니다(RFC 9293 3.6). 다른 방향으로 답한 다음 FIN을 보내십시오. Node에서는 allowHalfOpen이 있어야 늦은 답도 보낼 수 있습니다(법칙 9, laws/9/half-close).',
        },
      ),
      goal(
        'total/reset-is-no-end',
        {
          en: 'Which event of the socket says FIN, and which says reset? Print them all.',
          ko: '소켓의 어느 이벤트가 FIN이고 어느 이벤트가 리셋일까요? 모두 출력해 보십시오.',
        },
        {
          en: 'After a reset nobody is there to be answered, and no other client may notice (RFC 9293 3.5.3; law 4, laws/4/others).',
          ko: '리셋 뒤에는 답을 받을 상대가 없습니다. 다른 클라이언트는 영향을 받지 않아야 합니다(RFC 9293 3.5.3, 법칙 4, laws/4/others).',
        },
      ),
      goal(
        'total/idle-is-ended',
        {
          en: 'The client’s network is gone: no FIN and no reset will ever come. What do you still wait for?',
          ko: '클라이언트의 네트워크가 끊겼습니다. FIN도 리셋도 영영 오지 않습니다. 여러분은 무엇을 기다리고 있을까요?',
        },
        {
          en: 'TCP itself waits for ever. A deadline of your own ends what has been idle for 2 seconds, without a number (law 9, laws/9/idle).',
          ko: 'TCP는 스스로 끝없이 기다립니다. 2초 동안 유휴 상태인 연결은 여러분이 기한을 두어 끝내십시오. 수는 보내지 않습니다(법칙 9, laws/9/idle).',
        },
      ),
      goal(
        'total/no-answer-lost-by-reset',
        {
          en: 'You have refused, and closed. How many of the client’s bytes were not read by then?',
          ko: '거절하고 닫았습니다. 그때 읽지 않은 클라이언트의 바이트는 몇 개였을까요?',
        },
        {
          en: 'To close with bytes unread is a reset, and it may take your answer away. Send the answer and FIN, then read and drop until the client’s end (law 10, laws/10/arrives; RFC 1122 4.2.2.13).',
          ko: '읽지 않은 바이트가 있는 채로 닫으면 리셋이 가고, 보낸 답이 사라질 수 있습니다. 답과 FIN을 보낸 다음, 클라이언트의 FIN이 올 때까지 읽어서 버리십시오(법칙 10, laws/10/arrives, RFC 1122 4.2.2.13).',
        },
      ),
    ],
    losses: {},
    breaks: {
      text: {
        en: 'At the client’s end rung 3 ends, too, and says nothing: only the echo comes.',
        ko: '클라이언트가 FIN을 보내면 3단계는 수를 보내지 않고 끝냅니다. 에코만 옵니다.',
      },
      sends: ['hello'],
      ends: true,
    },
    predict: {
      question: {
        en: 'A client sends hello, and then its FIN. What comes back before the server’s FIN?',
        ko: '클라이언트가 hello를 보내고 FIN을 보냅니다. 서버의 FIN 전에 무엇이 돌아올까요?',
      },
      sends: ['hello'],
      ends: true,
      answer: (received) => received,
    },
    mend: {
      symptom: {
        en: 'A client that sends too much is not told so: its connection is reset while it sends.',
        ko: '너무 많이 보낸 클라이언트가 이유를 알지 못합니다. 보내는 도중에 연결이 리셋됩니다.',
      },
      replaced: "socket.end('too many');",
      by: "socket.end('too many').destroy();",
      fails: ['total/no-answer-lost-by-reset'],
    },
    extend: {
      en: 'Close the whole server gracefully on SIGTERM: no new clients, each that is there gets its number, and what is idle does not hold it up.',
      ko: 'SIGTERM이 오면 서버 전체를 정상 종료해 보십시오. 새 클라이언트는 받지 않고, 남은 클라이언트는 저마다 수를 받으며, 유휴 연결 때문에 늦어지지 않아야 합니다.',
    },
    why: {
      en: 'A connection has two ends, one for each direction, and three ways to be over: FIN, reset, and a deadline. Only the first of them says that all has come. HTTP and WebSocket build their own ends on this, and where they forget it, answers get lost.',
      ko: '연결에는 방향마다 끝이 하나씩, 둘이 있습니다. 연결이 끝나는 길은 FIN, 리셋, 기한, 셋입니다. 다 왔음을 알려 주는 것은 FIN뿐입니다. HTTP와 WebSocket도 이 위에 저마다의 끝을 만들며, 이것을 잊은 곳에서 응답이 사라집니다.',
    },
  },
];

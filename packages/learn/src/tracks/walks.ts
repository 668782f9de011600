/** The two walks through the real source: what the byte is called at each step, and why here. */
import type { TrackName } from '../rung.ts';
import type { Walk } from '../walk.ts';

const HTTP = 'http-mini/src';
const WS = 'ws-mini/src';

export const WALKS: Readonly<Partial<Record<TrackName, Walk>>> = {
  http: {
    title: {
      en: 'Follow this byte: a chunked request through http-mini',
      ko: '이 바이트를 따라가기: http-mini를 지나는 청크 요청',
    },
    intro: {
      en: 'A client has sent a head and a first chunk, and the handler waits for more. Now comes `6\\r\\n World\\r\\n0\\r\\n\\r\\n`. We follow the `W`, 57 in hexadecimal, from the socket to the handler.',
      ko: '클라이언트가 헤드와 첫 청크를 보냈고, 핸들러는 다음을 기다립니다. 이제 `6\\r\\n World\\r\\n0\\r\\n\\r\\n`이 옵니다. 그 가운데 `W`, 16진수로 57을 소켓부터 핸들러까지 따라갑니다.',
    },
    program: 'learn/walks/http.ts',
    bytes: [0x57],
    letter: 'W',
    steps: [
      {
        file: `${HTTP}/server/connection.ts`,
        within: '#onData',
        code: 'this.#came += bytes.length;',
        sees: 'bytes',
        state: 'this.protocol.state',
        name: { en: 'one of what a read gave', ko: '한 번의 읽기로 온 바이트 가운데 하나' },
        why: {
          en: 'TCP gives bytes, and says nothing of chunks or requests: this may have been cut anywhere. They are counted, since bytes that come are what a deadline asks for, and not looked at. The state says that a request has been asked and not answered.',
          ko: 'TCP는 바이트를 줄 뿐, 어디까지가 청크이고 요청인지 말하지 않습니다. 어디서든 잘려서 올 수 있습니다. 여기서는 세기만 하고 들여다보지 않습니다. 기한이 묻는 것은 바이트가 왔는가이기 때문입니다. 상태는 요청을 받았고 아직 답하지 않았다는 뜻입니다.',
        },
      },
      {
        file: `${HTTP}/wire/server-protocol.ts`,
        within: 'receive',
        code: 'this.#parser.receive(bytes);',
        sees: 'bytes',
        state: 'this.state',
        name: { en: 'the next of the stream', ko: '스트림의 다음 바이트' },
        why: {
          en: 'Here the socket ends: below this line there is no I/O. Bytes are put in and taken out by two different calls, so the program decides how far the client is read.',
          ko: '소켓은 여기서 끝납니다. 이 줄 아래에는 I/O가 없습니다. 바이트를 넣는 호출과 꺼내는 호출이 다르므로, 클라이언트의 바이트를 어디까지 읽을지는 프로그램이 정합니다.',
        },
      },
      {
        file: `${HTTP}/wire/parser.ts`,
        within: 'receive',
        code: "if (this.#state !== 'failed') this.#input.receive(bytes);",
        sees: 'bytes',
        state: 'this.#state',
        name: { en: 'input of a message whose head is done', ko: '헤드가 끝난 메시지의 입력' },
        why: {
          en: 'After a broken rule nobody knows where a request begins, so nothing is taken any more. The state is what makes that structural.',
          ko: '규칙을 어긴 다음에는 요청이 어디서 시작하는지 아무도 모릅니다. 그래서 더 받지 않습니다. 상태 하나로 그렇게 됩니다.',
        },
      },
      {
        file: `${HTTP}/wire/input.ts`,
        within: '#begin',
        code: 'this.origin += this.end;',
        sees: 'bytes',
        name: { en: 'a byte of the current piece', ko: '지금 조각의 바이트' },
        why: {
          en: 'The piece is kept as it came and is never copied; only its place in the whole stream is noted, so that an error can say which byte it was.',
          ko: '조각은 온 그대로 두고 복사하지 않습니다. 전체 스트림에서 어디인지만 적습니다. 그래야 오류가 몇 번째 바이트인지 말할 수 있습니다.',
        },
      },
      {
        file: `${HTTP}/server/exchange.ts`,
        within: 'arrived',
        code: 'const wake = this.#wake;',
        state: 'this.#state',
        name: { en: 'out of sight', ko: '보이지 않습니다' },
        why: {
          en: 'Nothing is pushed to the handler. It waits by a promise, and this fulfils it: its next part is read when the turn is over, in the place of the reader.',
          ko: '핸들러에 밀어 넣지 않습니다. 핸들러는 프로미스로 기다리고, 여기서 그 프로미스가 이행됩니다. 다음 조각은 이 턴이 끝난 뒤, 읽는 쪽이 꺼냅니다.',
        },
      },
      {
        file: `${HTTP}/server/exchange.ts`,
        within: '#take',
        code: 'const event = this.connection.nextContent();',
        state: 'this.#state',
        name: { en: 'asked for', ko: '달라고 한 바이트' },
        why: {
          en: 'The reader pulls. If it did not, the byte would stay where it is, and the socket would be paused once enough lies there: that is all of back-pressure.',
          ko: '읽는 쪽이 꺼냅니다. 꺼내지 않으면 바이트는 그 자리에 있고, 충분히 쌓이면 소켓을 멈춥니다. 이것이 배압(back-pressure)의 전부입니다.',
        },
      },
      {
        file: `${HTTP}/wire/server-protocol.ts`,
        within: 'nextContent',
        code: 'const event = this.#parser.next() as ContentEvent | undefined;',
        state: 'this.#content',
        name: { en: 'content of the current request', ko: '지금 요청의 본문' },
        why: {
          en: 'Only here is it settled whose byte it is: of the request that is being answered. A moment before, the client would have got its 100 (Continue), had it waited for one.',
          ko: '누구의 바이트인지는 여기서 정해집니다. 지금 답하고 있는 요청의 것입니다. 클라이언트가 100(Continue)을 기다렸다면 바로 앞에서 받았을 것입니다.',
        },
      },
      {
        file: `${HTTP}/wire/parser.ts`,
        within: 'next',
        code: 'event = this.#content === undefined ? END : this.#content.next(this.#input);',
        sees: 'this.#input.bytes.subarray(this.#input.at)',
        state: 'this.#state',
        name: { en: 'one that is not read yet', ko: '아직 읽지 않은 바이트' },
        why: {
          en: 'The head has decided once, by the table of RFC 9112 6.3, which decoder reads the content. Whether it is chunked is not asked again for any byte.',
          ko: '어느 디코더가 본문을 읽을지는 헤드가 RFC 9112 6.3의 표로 한 번 정했습니다. chunked인지는 바이트마다 다시 묻지 않습니다.',
        },
      },
      {
        file: `${HTTP}/wire/chunked.ts`,
        within: '#readSize',
        code: 'const { bytes, end } = input;',
        sees: 'input.bytes.subarray(input.at)',
        state: 'this.#state',
        name: { en: 'the second behind a size line', ko: '크기 줄 뒤의 두 번째 바이트' },
        why: {
          en: 'The `6` before it is read first. It is taken digit by digit, since a read may end within a size, and anything else than a hexadecimal digit ends it: `parseInt` would take `6x`.',
          ko: '앞에 있는 `6`을 먼저 읽습니다. 읽기가 크기 가운데서 끝날 수 있으므로 한 자리씩 읽고, 16진수 숫자가 아닌 것이 오면 끝납니다. `parseInt`라면 `6x`도 받습니다.',
        },
      },
      {
        file: `${HTTP}/wire/chunked.ts`,
        within: 'next',
        code: "this.#state = this.#left === 0 ? 'trailers' : 'data';",
        sees: 'input.bytes.subarray(input.at)',
        state: 'this.#state',
        name: { en: 'chunk-data, second of six', ko: '청크 데이터 6바이트 가운데 둘째' },
        why: {
          en: 'The LF of the size line has been read, and a bare LF would have been refused: two recipients that differ about it can be made to see different requests. From now on six bytes are data, whatever they look like.',
          ko: '크기 줄의 LF까지 읽었습니다. CR 없는 LF였다면 거절합니다. 받는 쪽마다 달리 읽으면 서로 다른 요청을 보게 할 수 있기 때문입니다. 이제부터 여섯 바이트는 무엇처럼 보이든 데이터입니다.',
        },
      },
      {
        file: `${HTTP}/wire/chunked.ts`,
        within: 'next',
        code: 'const bytes = input.take(this.#left);',
        sees: 'input.bytes.subarray(input.at, input.at + this.#left)',
        state: 'this.#state',
        name: { en: 'chunk-data', ko: '청크 데이터' },
        why: {
          en: 'As many bytes as are left of the chunk or have come, whichever is less. The chunk is not waited for: one of a gigabyte costs no more memory than a small one.',
          ko: '청크에 남은 만큼과 온 만큼 가운데 적은 쪽을 가져갑니다. 청크가 다 오기를 기다리지 않으므로, 1기가바이트 청크도 작은 청크보다 메모리를 더 쓰지 않습니다.',
        },
      },
      {
        file: `${HTTP}/wire/input.ts`,
        within: 'take',
        code: 'const start = this.at;',
        sees: 'this.bytes.subarray(this.at, this.at + count)',
        name: { en: 'part of a view', ko: '뷰의 한 바이트' },
        why: {
          en: 'A view and not a copy: the memory is the one that the socket read into. Only `at` moves.',
          ko: '복사가 아니라 뷰입니다. 메모리는 소켓이 읽어 넣은 그 메모리이고, `at`만 움직입니다.',
        },
      },
      {
        file: `${HTTP}/server/exchange.ts`,
        within: '#take',
        code: "if (event.type === 'content') return event.bytes;",
        sees: 'event.bytes',
        state: 'this.#state',
        name: { en: 'content', ko: '본문' },
        why: {
          en: 'Chunks are gone: what comes out is content, and a handler that reads it cannot tell how it was framed. The end will come as an event of its own, with the trailers.',
          ko: '청크는 사라졌습니다. 나오는 것은 본문이고, 읽는 핸들러는 어떤 프레이밍이었는지 알 수 없습니다. 끝은 트레일러와 함께 따로 이벤트로 옵니다.',
        },
      },
      {
        file: 'learn/walks/http.ts',
        within: 'createServer',
        code: 'text += Buffer.from(part).toString();',
        sees: 'part',
        name: { en: 'yours', ko: '프로그램의 것' },
        why: {
          en: 'In your handler, in the memory in which it came from the socket.',
          ko: '핸들러에 왔습니다. 소켓에서 온 그 메모리 그대로입니다.',
        },
      },
    ],
  },
  ws: {
    title: {
      en: 'Follow this byte: a masked fragment through ws-mini',
      ko: '이 바이트를 따라가기: ws-mini를 지나는 마스크를 씌운 조각',
    },
    intro: {
      en: 'A client has sent the first fragment of 안녕, `ec 95`, cut within 안, and a Ping. Now comes the rest in a continuation frame, `80 84 37 fa 21 3d bf 11 a4 a8`. We follow the byte that completes 안: `bf` on the wire, since it is masked by `37`, and `88` afterwards.',
      ko: '클라이언트가 “안녕”의 첫 조각 `ec 95`와 Ping을 보냈습니다. “안”의 가운데가 잘렸습니다. 이제 나머지가 연속 프레임(continuation) `80 84 37 fa 21 3d bf 11 a4 a8`로 옵니다. “안”을 완성하는 바이트를 따라갑니다. `37`로 마스크를 씌웠으므로 보낼 때는 `bf`이고, 벗기면 `88`입니다.',
    },
    program: 'learn/walks/ws.ts',
    bytes: [0xbf, 0x88],
    letter: '안',
    steps: [
      {
        file: `${WS}/connection/transport.ts`,
        within: 'received',
        code: 'this[events].data?.(this[owner], chunk, false);',
        sees: 'chunk',
        name: { en: 'one of what a read gave', ko: '한 번의 읽기로 온 바이트 가운데 하나' },
        why: {
          en: 'One listener serves all sockets, and finds on the socket whose they are: a closure for each would be the largest thing that an idle connection holds.',
          ko: '리스너 하나가 모든 소켓을 맡고, 누구의 소켓인지는 소켓에서 찾습니다. 연결마다 클로저가 있었다면 유휴 연결에서 가장 큰 것이 되었을 것입니다.',
        },
      },
      {
        file: `${WS}/connection/connection.ts`,
        within: '#received',
        code: 'this.#observer?.received(chunk);',
        sees: 'chunk',
        state: 'this.readyState',
        name: { en: 'a sign of life', ko: '살아 있다는 표시' },
        why: {
          en: 'Any byte proves that the peer is there, so the heartbeat has nothing to ask. What it means is not looked at yet.',
          ko: '어떤 바이트든 상대가 있다는 증거이므로 하트비트가 물을 것이 없습니다. 뜻은 아직 보지 않습니다.',
        },
      },
      {
        file: `${WS}/connection/receiver.ts`,
        within: 'receive',
        code: 'this.#isLent = isLent;',
        sees: 'chunk',
        state: 'this.state',
        name: { en: 'a byte in memory of its own', ko: '자기 메모리에 있는 바이트' },
        why: {
          en: 'A client reads into one buffer that all share, and what must last is copied out of it. A server owns what it reads, so nothing is copied.',
          ko: '클라이언트는 모두가 함께 쓰는 버퍼 하나에 읽고, 남아야 하는 것은 복사합니다. 서버가 읽은 메모리는 서버의 것이므로 복사하지 않습니다.',
        },
      },
      {
        file: `${WS}/wire/protocol.ts`,
        within: 'receive',
        code: 'this.#decoder?.receive(bytes);',
        sees: 'bytes',
        state: 'this.#state',
        name: { en: 'the next of the stream', ko: '스트림의 다음 바이트' },
        why: {
          en: 'Here I/O ends. After a Close or a broken rule there is no decoder any more: "nothing more is read" is no flag that ten places would have to ask.',
          ko: 'I/O는 여기서 끝납니다. Close가 오거나 규칙을 어긴 뒤에는 디코더가 없습니다. “더 읽지 않는다”는 것은 열 군데에서 물어야 하는 플래그가 아닙니다.',
        },
      },
      {
        file: `${WS}/wire/frame.ts`,
        within: 'receive',
        code: 'this.#chunk = bytes;',
        sees: 'bytes',
        name: { en: 'a byte of the chunk', ko: '청크의 바이트' },
        why: {
          en: 'The decoder works on the chunk itself. Only if it had not read the last one to its end would the two be joined.',
          ko: '디코더는 온 바이트 위에서 바로 일합니다. 앞의 것을 끝까지 읽지 않았을 때만 둘을 이어 붙입니다.',
        },
      },
      {
        file: `${WS}/connection/receiver.ts`,
        within: 'next',
        code: 'const event = this.#first ?? this.#wire.next();',
        state: 'this.state',
        name: { en: 'asked for', ko: '달라고 한 바이트' },
        why: {
          en: 'Events are pulled, until there is none. If a compressed message were in a thread, everything behind it would wait here, so that nothing overtakes it.',
          ko: '이벤트가 더 없을 때까지 꺼냅니다. 압축된 메시지를 스레드에서 풀고 있다면, 아무것도 앞지르지 못하도록 뒤의 것은 모두 여기서 기다립니다.',
        },
      },
      {
        file: `${WS}/wire/frame.ts`,
        within: '#parseHeader',
        code: 'const first = bytes[at]!;',
        sees: 'bytes.subarray(at)',
        name: { en: 'the first behind a header of six bytes', ko: '헤더 6바이트 바로 뒤의 바이트' },
        why: {
          en: '`80`: FIN and opcode 0, a continuation and the last. `84`: masked, length 4. Then the key, new for each frame. Each rule of one frame is checked here, before any payload is.',
          ko: '`80`은 FIN과 opcode 0, 곧 마지막 연속 프레임입니다. `84`는 마스크를 씌웠고 길이가 4라는 뜻입니다. 그다음은 프레임마다 새로 뽑는 마스킹 키입니다. 프레임 하나의 규칙은 페이로드보다 먼저 모두 여기서 확인합니다.',
        },
      },
      {
        file: `${WS}/wire/mask.ts`,
        within: 'mask',
        code: 'target[i]! ^= next >>> 24;',
        sees: 'target.subarray(i, i + 1)',
        state: '(next >>> 24).toString(16)',
        name: { en: 'still masked', ko: '아직 마스크를 쓴 바이트' },
        why: {
          en: 'The frame has come whole, so it is unmasked where it lies. The state is the byte of the key whose turn it is: `bf ^ 37` is `88`. A payload of 64 bytes and more would be taken by words.',
          ko: '프레임이 다 왔으므로 그 자리에서 마스크를 벗깁니다. 상태는 차례가 된 키의 바이트입니다. `bf ^ 37`은 `88`입니다. 페이로드가 64바이트 이상이면 여러 바이트씩 처리합니다.',
        },
      },
      {
        file: `${WS}/wire/message.ts`,
        within: 'receive',
        code: 'if (piece.first) this.#begin(piece);',
        sees: 'piece.bytes.subarray(piece.start, piece.end)',
        state: 'this.#opcode',
        name: { en: 'payload of a continuation', ko: '연속 프레임의 페이로드' },
        why: {
          en: 'A continuation does not say of what. The state does: 1, a text has begun. It is still there although a Ping came between, because control frames take another way.',
          ko: '연속 프레임은 무엇의 연속인지 말하지 않습니다. 상태가 말합니다. 1, 텍스트가 시작되었습니다. 사이에 Ping이 왔어도 남아 있는 것은 제어 프레임이 다른 길로 가기 때문입니다.',
        },
      },
      {
        file: `${WS}/wire/message.ts`,
        within: '#append',
        code: 'if (needed > this.#buffer.length) this.#grow(needed, piece);',
        sees: 'bytes.subarray(start, end)',
        state: 'this.#length',
        name: { en: 'the third of the message', ko: '메시지의 셋째 바이트' },
        why: {
          en: 'The two bytes of the first fragment wait in one buffer, and these four are copied behind them. This is the one copy of a message in fragments.',
          ko: '첫 조각의 두 바이트가 버퍼 하나에서 기다리고, 이 네 바이트를 그 뒤에 복사합니다. 조각난 메시지의 복사는 이 한 번입니다.',
        },
      },
      {
        file: `${WS}/wire/message.ts`,
        within: '#checkText',
        code: 'this.#validator ??= new Utf8Validator();',
        sees: 'bytes.subarray(start, end)',
        name: { en: 'text, not checked yet', ko: '아직 확인하지 않은 텍스트' },
        why: {
          en: 'The validator is as old as the message, and not as the frame: a frame may end within a letter. So wrong text is refused at its first wrong byte, and not at the end.',
          ko: '검사기는 프레임이 아니라 메시지마다 하나입니다. 프레임은 글자 가운데서 끝날 수 있기 때문입니다. 그래서 잘못된 텍스트는 끝까지 기다리지 않고 처음 틀린 바이트에서 거절합니다.',
        },
      },
      {
        file: `${WS}/wire/utf8.ts`,
        within: '#step',
        code: 'if (byte < low || byte > high) return i;',
        sees: 'bytes.subarray(i, i + 1)',
        state: 'missing',
        name: { en: 'a continuation byte of UTF-8', ko: 'UTF-8의 연속 바이트' },
        why: {
          en: 'The state is what `ec 95` has left behind: one byte is missing, from 80 to bf. 88 is one, and 안 is whole.',
          ko: '상태는 `ec 95`가 남긴 것입니다. 80부터 bf까지의 바이트 하나가 모자랍니다. 88이 그 바이트이고, “안”이 완성됩니다.',
        },
      },
      {
        file: `${WS}/wire/message.ts`,
        within: '#finish',
        code: 'const data = this.#buffer.subarray(0, this.#length);',
        sees: 'this.#buffer.subarray(0, this.#length)',
        state: 'this.#opcode',
        name: { en: 'a byte of a whole message', ko: '온전한 메시지의 바이트' },
        why: {
          en: 'FIN, and the last piece of its frame: the message ends here. The opcode of its first frame says what it becomes.',
          ko: 'FIN이고 프레임의 마지막 조각이므로 메시지가 여기서 끝납니다. 무엇이 되는지는 첫 프레임의 opcode가 말합니다.',
        },
      },
      {
        file: `${WS}/wire/bytes.ts`,
        within: 'decodeUtf8',
        code: 'const text = textOf(bytes, start, end);',
        sees: 'bytes.subarray(start, end)',
        name: { en: 'a third of 안', ko: '“안”의 셋째 바이트' },
        why: {
          en: 'Only now do bytes become text: decoding each fragment by itself would have made two broken letters of 안.',
          ko: '바이트는 이제야 텍스트가 됩니다. 조각마다 따로 디코딩했다면 “안”은 깨진 글자 둘이 되었을 것입니다.',
        },
      },
      {
        file: `${WS}/connection/connection.ts`,
        within: '#deliver',
        code: 'const { data, isText } = message;',
        sees: 'message.data',
        state: 'this.#mode',
        name: { en: 'in a letter', ko: '글자의 일부' },
        why: {
          en: 'A listener gets it at once. Without one the message would wait in the inbox, and once that is full, nothing more would be read from the socket.',
          ko: '리스너가 바로 받습니다. 리스너가 없으면 메시지는 `inbox`에서 기다리고, 다 차면 소켓에서 더 읽지 않습니다.',
        },
      },
      {
        file: 'learn/walks/ws.ts',
        within: 'message',
        code: 'socket.send(text);',
        sees: 'text',
        name: { en: 'yours', ko: '프로그램의 것' },
        why: {
          en: 'In your listener, as text. What you send goes the other way: header, payload, and no mask, since a server never masks.',
          ko: '리스너에 텍스트로 왔습니다. 보내는 것은 반대로 갑니다. 헤더와 페이로드이고, 마스크는 없습니다. 서버는 마스크를 씌우지 않습니다.',
        },
      },
    ],
  },
};

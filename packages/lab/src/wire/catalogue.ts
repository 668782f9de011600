/**
 * The catalogue: short conversations, each for one idea. Nothing here is typed in as bytes: the client's protocols and the
 * server of this folder talk to each other with a fixed clock, nonce and masking keys, on an imagined link that takes 10 ms in
 * each direction. Tests hold the bytes to those that real clients and servers send.
 */
import { ClientProtocol, encodeRequest, octets } from 'http-mini/wire';
import {
  encodeFrame,
  encodeOpeningRequest,
  encodeUtf8,
  keyFrom,
  Opcode,
  Protocol,
  parseWebSocketUrl,
} from 'ws-mini/wire';
import type { Text } from '../text.ts';
import { maskKeys } from './client.ts';
import { joined, type Passage, type Recording } from './recording.ts';
import { MemoryServer } from './server.ts';

export interface Exchange extends Recording {
  /** Names it in an address: `ws-text`. */
  readonly id: string;
  readonly title: Text;
  /** What to see in it, in two sentences. */
  readonly about: Text;
  /** The client breaks a rule on purpose, and the server refuses. */
  readonly isBroken?: true;
  /** Each passage is a datagram: there are no protocols of ours, and nothing to cut. */
  readonly isUdp?: true;
}

/** Milliseconds that the imagined link takes in one direction. */
const LINK = 10;

/** A conversation in the making. */
class Talk {
  readonly begins: Recording['begins'];
  readonly passages: Passage[] = [];
  readonly #server: MemoryServer;
  #at = 0;

  constructor(begins: Recording['begins']) {
    this.begins = begins;
    this.#server = new MemoryServer(begins);
  }

  /** The client sends bytes, and gets what the server answers. */
  send(bytes: Uint8Array): Uint8Array {
    this.#pass('client', bytes, false);
    this.#server.receive(bytes);
    const { bytes: answer, ends } = this.#server.take();
    if (answer.length > 0 || ends) this.#pass('server', answer, ends);
    return answer;
  }

  /** The client ends its direction as well. */
  end(): this {
    this.#pass('client', new Uint8Array(0), true);
    return this;
  }

  #pass(from: Passage['from'], bytes: Uint8Array, ends: boolean): void {
    this.passages.push({ from, bytes, at: this.#at, ...(ends && { ends }) });
    this.#at += LINK;
  }
}

/** An HTTP client in a talk. */
class HttpTalk extends Talk {
  readonly protocol = new ClientProtocol();

  constructor() {
    super('http');
  }

  /** Sends what waits in the output, and reads what comes back. */
  flush(): this {
    const taken = this.protocol.output.take();
    const parts = typeof taken === 'string' ? [taken] : taken;
    this.protocol.receive(
      this.send(joined(parts.map((part) => (typeof part === 'string' ? octets(part) : part)))),
    );
    while (this.protocol.nextResponse() !== undefined || this.protocol.nextContent() !== undefined);
    return this;
  }

  get(target: string, more: { connection?: 'close'; headers?: Record<string, string> } = {}): this {
    this.protocol.request(encodeRequest({ target, ...more }, null, 'a'));
    return this;
  }
}

/** A WebSocket client in a talk, after the opening handshake. */
class WebSocketTalk extends Talk {
  readonly maskKey: () => number = maskKeys();
  readonly protocol: Protocol = new Protocol({ role: 'client', maskKey: this.maskKey });

  constructor() {
    super('frames');
  }

  /** Sends what waits in the output, and reads what comes back. */
  flush(): this {
    this.protocol.receive(Uint8Array.from(this.send(joined(this.protocol.takeOutput()))));
    while (this.protocol.next() !== undefined);
    return this;
  }
}

function getAndClose(): Talk {
  return new HttpTalk().get('/', { connection: 'close' }).flush().end();
}

function keepAlive(): Talk {
  const talk = new HttpTalk().get('/').flush();
  return talk.get('/a').get('/b').flush();
}

function chunkedGreeting(): Talk {
  return new HttpTalk().get('/greeting', { headers: { TE: 'trailers' } }).flush();
}

function continued(): Talk {
  const talk = new HttpTalk();
  const content = encodeUtf8('안녕');
  const headers = { 'Content-Type': 'text/plain; charset=utf-8' };
  talk.protocol.begin(encodeRequest({ method: 'POST', headers, expectContinue: true }, content.length, 'a'));
  talk.flush();
  talk.protocol.send(content);
  talk.protocol.end();
  return talk.flush();
}

function opening(): Talk {
  const talk = new Talk('http');
  const key = keyFrom(encodeUtf8('the sample nonce')); // RFC 6455 1.3
  const url = parseWebSocketUrl('ws://a/greet');
  talk.send(octets(encodeOpeningRequest({ url, key, protocols: [], extensions: [] })));
  return talk;
}

function text(): Talk {
  const talk = new WebSocketTalk();
  talk.protocol.sendText('안녕');
  return talk.flush();
}

function fragments(): Talk {
  const talk = new WebSocketTalk();
  const bytes = encodeUtf8('안녕');
  const frame = (opcode: number, fin: boolean, payload: Uint8Array): Uint8Array =>
    encodeFrame({ opcode, fin, payload, maskKey: talk.maskKey() });
  talk.send(frame(Opcode.text, false, bytes.subarray(0, 2)));
  talk.send(frame(Opcode.ping, true, encodeUtf8('?')));
  talk.send(frame(Opcode.continuation, true, bytes.subarray(2)));
  return talk;
}

function closing(): Talk {
  const talk = new WebSocketTalk();
  talk.protocol.close(1000, 'bye');
  return talk.flush().end();
}

/** No protocol of ours sends this: two lengths, and content that looks otherwise by each of them (RFC 9112 6.1, 11.2). */
function twoLengths(): Talk {
  const talk = new Talk('http');
  const lengths = 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n';
  talk.send(
    octets(`POST / HTTP/1.1\r\nHost: a\r\n${lengths}\r\n0\r\n\r\nGGET / HTTP/1.1\r\nHost: a\r\n\r\n`),
  );
  return talk;
}

function datagrams(): Recording {
  const passage = (content: string, at: number): Passage => ({
    from: 'client',
    bytes: encodeUtf8(content),
    at,
  });
  return { begins: 'http', passages: [passage('hello', 0), passage('', 1), passage('안녕', 2)] };
}

function exchange(id: string, recording: Recording, title: Text, about: Text): Exchange {
  const { begins, passages } = recording;
  return { id, begins, passages, title, about };
}

/** Rungs of the ladder read it, too, and not alike. */
export const TWO_LENGTHS = 'two-lengths';

export const CATALOGUE: readonly Exchange[] = [
  exchange(
    'http-close',
    getAndClose(),
    { en: 'One request, then the end', ko: '요청 하나, 그리고 끝' },
    {
      en: 'The whole request is 46 bytes, and one of its lines asks the server to close. The answer ends with its Content-Length; the server’s FIN behind it ends the connection, as it was asked.',
      ko: '요청은 모두 46바이트이고, 그중 한 줄이 연결을 닫아 달라고 합니다. 응답은 Content-Length만큼 오면 끝나고, 그 뒤에 온 서버의 FIN은 부탁받은 대로 연결을 끝냅니다.',
    },
  ),
  exchange(
    'http-keep',
    keepAlive(),
    { en: 'One connection, three requests', ko: '연결 하나, 요청 셋' },
    {
      en: 'No line asks to keep the connection: HTTP/1.1 keeps it unless one side says close. The second and third request leave in one write, and the answers come in the order of the requests.',
      ko: '연결을 유지하자는 줄은 없습니다. HTTP/1.1은 어느 쪽도 close를 보내지 않으면 연결을 유지합니다. 두 번째와 세 번째 요청은 write() 한 번으로 나가고, 응답은 요청한 순서대로 옵니다.',
    },
  ),
  exchange(
    'http-chunked',
    chunkedGreeting(),
    { en: 'Content of unknown size', ko: '크기를 모르는 본문' },
    {
      en: 'The head says no length, so each chunk says its own, and a chunk of size 0 is the end. What the server knows only then comes behind it, as a trailer.',
      ko: '헤드에 길이가 없으므로 청크마다 제 크기를 밝히고, 크기가 0인 청크가 끝을 알립니다. 서버가 그때에야 아는 것은 그 뒤에 트레일러로 옵니다.',
    },
  ),
  exchange(
    'http-continue',
    continued(),
    { en: 'May I send it?', ko: '보내도 될까요?' },
    {
      en: 'The client sends only the head, and waits; 100 tells it to go on, so a refusal would have cost no content. It takes four passages, and one round trip more.',
      ko: '클라이언트는 헤드만 보내고 기다리며, 100을 받고서야 본문을 보냅니다. 거절당해도 본문을 헛되이 보내지 않지만, 오가는 횟수는 네 번이 되고 왕복이 한 번 늘어납니다.',
    },
  ),
  exchange(
    'ws-open',
    opening(),
    { en: 'The last byte of HTTP', ko: 'HTTP의 마지막 바이트' },
    {
      en: 'The request is an HTTP request like any other, and so is the answer, 101, up to its empty line. The next byte, 0x81, is already a WebSocket frame, although it came in the same piece.',
      ko: '요청은 여느 HTTP 요청과 같고, 응답 101도 빈 줄까지는 HTTP입니다. 바로 다음 바이트 0x81은 같은 조각에 실려 왔지만 이미 WebSocket 프레임입니다.',
    },
  ),
  exchange(
    'ws-text',
    text(),
    { en: 'A message, and its echo', ko: '메시지와 에코' },
    {
      en: 'The client masks its six bytes with a key that it sends along; the server sends the same six bytes unmasked. Two letters, six bytes: a length counts bytes.',
      ko: '클라이언트는 6바이트에 마스크를 씌우고 그 키를 함께 보내며, 서버는 같은 6바이트를 그대로 보냅니다. 두 글자가 여섯 바이트입니다. 길이는 바이트 수입니다.',
    },
  ),
  exchange(
    'ws-fragments',
    fragments(),
    { en: 'A Ping within a message', ko: '메시지 도중의 Ping' },
    {
      en: 'The message comes in two fragments, cut through the letter 안, so only the whole can be called UTF-8. A Ping comes between them, and is answered before the message is complete.',
      ko: '메시지는 글자 ‘안’의 가운데에서 잘려 두 조각으로 오므로, UTF-8인지는 전체를 보아야 압니다. 그 사이에 Ping이 오고, 메시지가 끝나기 전에 Pong이 갑니다.',
    },
  ),
  exchange(
    'ws-close',
    closing(),
    { en: 'Close, Close, FIN, FIN', ko: 'Close, Close, FIN, FIN' },
    {
      en: 'Each side sends its Close as the last frame, so both know that no more comes, and the client, which began, that all it sent was read. Only then TCP ends, and the server ends it first.',
      ko: '양쪽이 마지막 프레임으로 Close를 보내므로 더 올 것이 없음을 서로 압니다. 먼저 시작한 클라이언트는 보낸 것을 서버가 모두 읽었음도 압니다. TCP는 그다음에 끝나며, 서버가 먼저 끝냅니다.',
    },
  ),
  {
    ...exchange(
      'udp',
      datagrams(),
      { en: 'Three datagrams', ko: '데이터그램 셋' },
      {
        en: 'Each send is one datagram, and each receive gives one whole, even the empty one. No byte of ours says where a message ends; the length is in UDP’s own header, which a program does not see.',
        ko: '보낼 때마다 데이터그램 하나가 되고, 받을 때마다 하나가 온전히 옵니다. 빈 것도 그렇습니다. 메시지가 어디서 끝나는지 알리는 바이트는 따로 보내지 않습니다. 길이는 프로그램에 보이지 않는 UDP 헤더에 있습니다.',
      },
    ),
    isUdp: true,
  },
  {
    ...exchange(
      TWO_LENGTHS,
      twoLengths(),
      { en: 'Two lengths, and a request between', ko: '길이가 둘인 요청' },
      {
        en: 'By Content-Length the content is six bytes, with a G at the end; by the chunks it is empty, and the G begins the next request. Who reads it one way hands a hidden request to who reads it the other way, so a server refuses it.',
        ko: 'Content-Length를 믿으면 본문은 G까지 6바이트이고, 청크를 믿으면 본문은 비어 있으며 G는 다음 요청의 시작입니다. 서로 다르게 읽는 두 구현 사이에 요청 하나를 숨길 수 있으므로, 서버는 거절합니다.',
      },
    ),
    isBroken: true,
  },
];

export function exchangeOf(id: string): Exchange | undefined {
  return CATALOGUE.find((one) => one.id === id);
}

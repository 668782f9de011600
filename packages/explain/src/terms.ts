/**
 * Terms: the words for what can stand in the bytes, each with the section that defines it and with the reason why it is
 * there: what would go wrong without these bytes, or what another value would mean. This file has the words of HTTP messages;
 * `header-fields.ts` has those of field values, `frame-terms.ts` those of frames.
 */
import type { Text } from './text.ts';

export interface Term {
  /** One for each reason: `colon`, `empty-line/chunks-follow`, `field-value/host`, `opcode/text`. */
  readonly id: string;
  /** In the words of the RFC. */
  readonly name: string;
  /** The section that defines it. */
  readonly rule: string;
  /** Why it is there, in one or two sentences. */
  readonly why: Text;
}

export function term(id: string, name: string, rule: string, en: string, ko: string): Term {
  return { id, name, rule, why: { en, ko } };
}

// ── Start line and field lines ──

export const METHOD: Term = term(
  'method',
  'method',
  'RFC 9110 9.1',
  'If no answer comes, a client may send a GET again on its own, but not a POST. In small letters, `get` is another method.',
  '응답이 오지 않으면 클라이언트가 GET은 알아서 다시 보내도 되지만 POST는 그러면 안 됩니다. 소문자로 쓴 `get`은 다른 메서드입니다.',
);
export const TARGET: Term = term(
  'request-target',
  'request-target',
  'RFC 9112 3.2',
  'What is asked for; Host says of which site. With a space in it the line would have four words, and four words are no request.',
  '무엇을 요청하는지 나타내며, 어느 사이트인지는 Host가 알려 줍니다. 공백이 들어 있으면 줄이 네 낱말이 되어 요청이 아니게 됩니다.',
);
export const VERSION: Term = term(
  'HTTP-version',
  'HTTP-version',
  'RFC 9112 2.3',
  'What the sender is able to read. A server must send no chunks and no 100 (Continue) to a client that says 1.0.',
  '보낸 쪽이 무엇을 읽을 수 있는지 알려 줍니다. 1.0을 쓰는 클라이언트에는 청크도 100 (Continue)도 보내면 안 됩니다.',
);
export const STATUS: Term = term(
  'status-code',
  'status-code',
  'RFC 9110 15',
  "Of a code that it does not know, a client understands the first digit: 2 done, 3 elsewhere, 4 the client's fault, 5 the server's.",
  '처음 보는 코드라도 첫 숫자는 알 수 있습니다. 2는 성공, 3은 다른 곳, 4는 클라이언트의 잘못, 5는 서버의 잘못입니다.',
);
export const INTERIM_STATUS: Term = term(
  'status-code/interim',
  'status-code',
  'RFC 9110 15.2',
  'A first digit of 1 is no answer yet: the answer to the same request still comes, and nothing belongs to this head but fields.',
  '1로 시작하면 아직 답이 아닙니다. 같은 요청의 응답이 따로 오며, 이 헤드에는 필드 말고 딸린 것이 없습니다.',
);
export const SWITCHING_STATUS: Term = term(
  'status-code/switching',
  'status-code',
  'RFC 9110 15.2.2',
  'From the empty line below, this connection speaks another language. There is no way back.',
  '아래의 빈 줄부터 이 연결은 다른 프로토콜을 쓰며, HTTP로 되돌아갈 수 없습니다.',
);
export const REASON: Term = term(
  'reason-phrase',
  'reason-phrase',
  'RFC 9112 4',
  'For people. A client that acted on these words would fail with the first server that says them otherwise, or not at all.',
  '사람이 읽는 문구입니다. 이 문구로 판단하는 클라이언트는 다르게 적거나 비워 두는 서버를 만나면 바로 틀립니다.',
);
export const FIELD_NAME: Term = term(
  'field-name',
  'field-name',
  'RFC 9110 5.1',
  'Capitals make no difference. A reader that compared bytes would miss `content-LENGTH`, and with it the end of the content.',
  '대소문자를 가리지 않습니다. 바이트 그대로 비교하면 `content-LENGTH`를 놓치고, 본문이 어디서 끝나는지도 놓칩니다.',
);
export const COLON: Term = term(
  'colon',
  'colon',
  'RFC 9112 5',
  'No space may stand before it. Readers that disagreed about `Host :` have let one request hide in another.',
  '앞에 공백이 있으면 안 됩니다. `Host :`를 서로 다르게 읽은 두 구현 사이로 요청 하나가 숨어 들어간 일이 있습니다.',
);
export const LINE_END: Term = term(
  'line-end',
  'CRLF',
  'RFC 9112 2.2',
  'If a value could hold these two bytes, its author could add fields of their own, or even a second message.',
  '값에 이 두 바이트를 넣을 수 있다면, 값을 쓰는 사람이 필드를 마음대로 더하고 메시지 하나를 더 끼워 넣을 수도 있습니다.',
);
export const OWS: Term = term(
  'OWS',
  'OWS',
  'RFC 9112 5',
  'This whitespace means nothing and is not part of the value. Some software also drops `a0`, which is no space of HTTP: smuggling has lived on that.',
  '이 공백에는 뜻이 없고 값에도 들지 않습니다. HTTP의 공백이 아닌 `a0`까지 지우는 구현이 요청 스머글링의 틈이 되기도 했습니다.',
);
export const REQUEST_SPACE: Term = term(
  'SP/request-line',
  'SP',
  'RFC 9112 3',
  'One space exactly. A reader that also splits at tabs or at several spaces finds another target in the same line.',
  '공백은 정확히 하나입니다. 탭이나 여러 공백에서도 줄을 나누는 구현은 같은 줄에서 다른 요청 대상을 읽습니다.',
);
export const STATUS_SPACE: Term = term(
  'SP/status-line',
  'SP',
  'RFC 9112 4',
  'It stands behind the status even if no reason follows. Many servers forget it there, so clients do without.',
  '사유 문구(reason-phrase)가 비어 있어도 상태 코드 뒤에 있어야 합니다. 빠뜨리는 서버가 많아 클라이언트는 없어도 받아들입니다.',
);

export const TRAILER_NAME: Term = term(
  'trailer-name',
  'trailer field-name',
  'RFC 9110 6.5',
  'For what is known only once the content has been sent, such as its checksum. A field that decides how to read the message would come too late here.',
  '체크섬처럼 본문을 다 보내야 알 수 있는 것을 위한 자리입니다. 메시지를 어떻게 읽을지 정하는 필드는 여기 오면 너무 늦습니다.',
);

// ── Content ──

export const CONTENT: Term = term(
  'content',
  'content',
  'RFC 9112 6',
  'Any bytes, also ones that look like a request. Only because both sides agree on where they end is none of them read as one.',
  '요청처럼 생긴 바이트도 올 수 있습니다. 어디서 끝나는지를 양쪽이 똑같이 알기 때문에 다음 요청으로 읽지 않습니다.',
);
export const CHUNK_SIZE: Term = term(
  'chunk-size',
  'chunk-size',
  'RFC 9112 7.1',
  'The size, in hexadecimal, of bytes and not of letters: two letters of Hangul, six bytes.',
  '글자 수가 아니라 바이트 수이며 16진수입니다. 한글 두 글자가 여섯 바이트입니다.',
);
export const LAST_CHUNK: Term = term(
  'chunk-size/last',
  'chunk-size',
  'RFC 9112 7.1',
  'Without a last chunk, a cut connection and a finished answer would look the same.',
  '마지막 청크가 없으면, 끊긴 응답과 끝난 응답을 구별할 수 없습니다.',
);
export const CHUNK_EXTENSION: Term = term(
  'chunk-ext',
  'chunk-ext',
  'RFC 9112 7.1.1',
  'A recipient ignores an extension that it does not know. Without a limit, a peer could send gigabytes of them and not one byte of content.',
  '모르는 확장은 무시합니다. 한도를 두지 않으면 상대가 본문은 한 바이트도 없이 확장만 몇 기가바이트씩 보낼 수 있습니다.',
);
export const CHUNK_DATA: Term = term(
  'chunk-data',
  'chunk-data',
  'RFC 9112 7.1',
  'The cut means nothing: a proxy may pass the message on in other chunks. Two chunks are not two messages.',
  '나눈 자리에는 뜻이 없습니다. 중개자가 다르게 나눌 수도 있으며, 청크 둘은 메시지 둘이 아닙니다.',
);
export const CHUNK_LINE_END: Term = term(
  'chunk-line-end',
  'CRLF',
  'RFC 9112 7.1',
  'LF alone is not enough here: if one reader took it for the end of the line and the next one did not, a request could hide between them.',
  '여기서는 LF만으로 줄이 끝나지 않습니다. 줄 끝으로 보는 구현과 보지 않는 구현이 이어지면 그 사이에 요청을 숨길 수 있습니다.',
);
export const CHUNK_END: Term = term(
  'chunk-end',
  'CRLF',
  'RFC 9112 7.1',
  'The size has already said where the data ends. These two only prove that both sides have counted alike.',
  '데이터가 어디서 끝나는지는 크기가 이미 알려 주었습니다. 이 두 바이트는 양쪽이 같은 수를 셌는지 확인해 줄 뿐입니다.',
);

// ── What the empty line means for what follows ──

export const NO_CONTENT_FOLLOWS: Term = term(
  'empty-line/no-content',
  'CRLF',
  'RFC 9112 6.3',
  'An empty line. Until it comes, no field may be acted on: the next line could be the one that changes everything.',
  '빈 줄입니다. 여기까지 오기 전에는 어떤 필드도 믿고 처리할 수 없습니다. 다음 줄이 모든 것을 바꿀 수도 있기 때문입니다.',
);
export const LENGTH_FOLLOWS: Term = term(
  'empty-line/length-follows',
  'CRLF',
  'RFC 9112 6.3',
  'Until this empty line, a second Content-Length could still come. Now the length holds: a byte more would be the next message.',
  '이 빈 줄이 오기 전에는 다른 Content-Length가 또 올 수 있었습니다. 이제 길이가 정해졌고, 한 바이트라도 더 오면 다음 메시지입니다.',
);
export const CHUNKS_FOLLOW: Term = term(
  'empty-line/chunks-follow',
  'CRLF',
  'RFC 9112 6.3',
  'The sender did not need to know the length: each chunk says its own. Read without that, the first size would be part of the content.',
  '보내는 쪽은 전체 길이를 몰라도 됩니다. 청크마다 크기가 적혀 있기 때문이며, 이를 모르고 읽으면 첫 크기부터 본문에 섞입니다.',
);
export const CLOSE_FOLLOWS: Term = term(
  'empty-line/close-follows',
  'CRLF',
  'RFC 9112 6.3',
  'No field says where the content ends, so the close of the connection does. If it comes too early, nothing shows that a part is missing.',
  '본문이 어디서 끝나는지 알려 주는 필드가 없어, 연결이 닫히는 곳이 끝입니다. 일찍 닫혀도 빠진 것이 있는지 알 길이 없습니다.',
);
export const FINAL_FOLLOWS: Term = term(
  'empty-line/final-follows',
  'CRLF',
  'RFC 9110 15.2',
  'The end of an interim response. A client that took it for the answer would take the answer for that to its next request.',
  '중간 응답의 끝입니다. 이를 최종 응답으로 여기면, 진짜 응답을 다음 요청의 응답으로 읽게 됩니다.',
);
export const TRAILERS_END: Term = term(
  'empty-line/trailers-end',
  'CRLF',
  'RFC 9112 7.1.2',
  'The end of the message; the next may follow. Without it, the next message would be read as trailers.',
  '메시지의 끝이며, 다음 메시지가 올 수 있습니다. 이 빈 줄이 없으면 다음 메시지를 트레일러로 읽게 됩니다.',
);
export const FRAMES_FOLLOW: Term = term(
  'empty-line/frames-follow',
  'CRLF',
  'RFC 6455 1.2',
  'The last two bytes of HTTP. The next one begins a frame, even if the same read has brought it: a client that dropped it would lose a message.',
  'HTTP의 마지막 두 바이트입니다. 같은 read()로 왔더라도 다음 바이트부터는 프레임이며, 버리면 메시지를 잃습니다.',
);
export const FRAMES_MAY_FOLLOW: Term = term(
  'empty-line/frames-may-follow',
  'CRLF',
  'RFC 6455 4.1',
  'Now the client waits for the 101. A frame sent before it would be read as a request if the server says no.',
  '이제 클라이언트는 101을 기다립니다. 그 전에 프레임을 보내면, 서버가 거절했을 때 요청으로 읽힙니다.',
);
export const SWITCH_FOLLOWS: Term = term(
  'empty-line/switch-follows',
  'CRLF',
  'RFC 9110 7.8',
  'The last two bytes of HTTP. A reader that went on with HTTP would take the first bytes of the other protocol for a broken message.',
  'HTTP의 마지막 두 바이트입니다. 계속 HTTP로 읽으면 다른 프로토콜의 첫 바이트가 깨진 메시지로 보입니다.',
);
export const TUNNEL_FOLLOWS: Term = term(
  'empty-line/tunnel-follows',
  'CRLF',
  'RFC 9110 9.3.6',
  'After a 2xx to CONNECT the connection is a tunnel: its bytes are for the far end, and to read them as HTTP would be to answer in its place.',
  'CONNECT에 2xx로 답하면 연결은 터널이 됩니다. 지나가는 바이트는 터널 끝에 있는 상대의 것이므로 HTTP로 읽으면 안 됩니다.',
);

// ── What is no field ──

export const OTHER_PROTOCOL: Term = term(
  'another-protocol',
  'another protocol',
  'RFC 9110 7.8',
  'Behind a switch of protocols. As HTTP these bytes would be a broken message, or worse, a valid one.',
  '프로토콜을 바꾼 뒤의 바이트입니다. HTTP로 읽으면 깨진 메시지가 되거나, 더 나쁘게는 올바른 메시지로 보입니다.',
);

const UNREAD = term(
  'unread',
  'unread',
  '',
  'A rule is broken before these bytes, so their meaning is lost. Smuggling lives on readers that guess.',
  '앞에서 규칙이 깨져 이 바이트의 뜻을 알 수 없습니다. 요청 스머글링은 짐작으로 읽는 구현이 있기에 통합니다.',
);
/** @param rule the one that is broken */
export function unread(rule: string): Term {
  return { ...UNREAD, rule };
}

const BEGUN = term(
  'begun',
  'begun',
  '',
  'It is read only once its end has come: `1` could still become `1a`, and half a name another name.',
  '끝이 와야 읽습니다. `1`은 아직 `1a`가 될 수 있고, 절반만 온 이름은 다른 이름이 될 수 있습니다.',
);
/** Something whose end has not come. */
export function begun(name: string, rule: string): Term {
  return { ...BEGUN, name: `${name} (begun)`, rule };
}

/** All terms of this file; those of `unread` and `begun` without the rule that they are given. */
export const MESSAGE_TERMS: readonly Term[] = [
  ...[METHOD, TARGET, VERSION, STATUS, INTERIM_STATUS, SWITCHING_STATUS, REASON],
  ...[FIELD_NAME, COLON, LINE_END, OWS, REQUEST_SPACE, STATUS_SPACE, TRAILER_NAME],
  ...[CONTENT, CHUNK_SIZE, LAST_CHUNK, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_LINE_END, CHUNK_END],
  ...[NO_CONTENT_FOLLOWS, LENGTH_FOLLOWS, CHUNKS_FOLLOW, CLOSE_FOLLOWS, FINAL_FOLLOWS, TRAILERS_END],
  ...[FRAMES_FOLLOW, FRAMES_MAY_FOLLOW, SWITCH_FOLLOWS, TUNNEL_FOLLOWS],
  ...[OTHER_PROTOCOL, UNREAD, BEGUN],
];

/**
 * Broken rules: why there is a rule at all, for each error that the parsers can report: what would go wrong if a recipient
 * let the fault pass. The error itself says what was found, and where.
 */
import type { HttpErrorCode } from 'http-mini/wire';
import type { WebSocketErrorCode } from 'ws-mini/wire';
import type { Text } from './text.ts';

/** Why there is the rule. Undefined for the codes of what is not in the bytes, such as a timeout. */
export function whyOf(code: HttpErrorCode | WebSocketErrorCode): Text | undefined {
  return RULES[code];
}

const RULES: Partial<Record<HttpErrorCode | WebSocketErrorCode, Text>> = {
  // ── HTTP: the request line and the status line ──
  'invalid-method': {
    en: 'A method is one word of few characters. With any byte allowed, frames or a TLS greeting would pass for a request.',
    ko: '메서드는 정해진 문자로만 된 낱말입니다. 아무 바이트나 되면 프레임이나 TLS의 첫 바이트도 요청으로 보입니다.',
  },
  'method-too-long': {
    en: 'No method in use is that long, so the reader need not wait for its end.',
    ko: '이렇게 긴 메서드는 쓰이지 않으므로 끝을 기다릴 까닭이 없습니다.',
  },
  'invalid-request-line': {
    en: 'Three words and two spaces. A reader that repaired the line would see another request than the one before it on the way.',
    ko: '낱말 셋과 공백 둘입니다. 줄을 고쳐서 읽으면 앞서 읽은 프록시와 다른 요청을 보게 됩니다.',
  },
  'invalid-target': {
    en: 'Such a byte has to be sent as % and two digits. If each reader repaired it in its own way, a filter would check another path than the server serves.',
    ko: '이런 바이트는 %와 두 자리 숫자로 보내야 합니다. 저마다 고쳐 읽으면 필터가 검사한 경로와 서버가 내주는 경로가 달라집니다.',
  },
  'invalid-target-form': {
    en: 'Which of the four forms is allowed depends on the method; in any other it is unclear which server is meant.',
    ko: '네 형식 가운데 무엇을 쓰는지는 메서드가 정합니다. 다른 형식이면 어느 서버에 온 요청인지 알 수 없습니다.',
  },
  'target-too-long': {
    en: 'Without a limit, one line could fill all memory before its end has come.',
    ko: '한도가 없으면 줄 하나가 끝나기도 전에 메모리를 모두 채울 수 있습니다.',
  },
  'invalid-version': {
    en: 'The version says how to read what follows. To guess it would be to guess the rest.',
    ko: '뒤를 어떻게 읽을지를 버전이 정합니다. 버전을 짐작하면 나머지도 짐작하게 됩니다.',
  },
  'unsupported-version': {
    en: 'Another major version has another grammar: what looks like a head here may mean something else there.',
    ko: '주 버전이 다르면 문법도 다릅니다. 여기서 헤드로 보이는 것이 거기서는 다른 뜻일 수 있습니다.',
  },
  'invalid-status-line': {
    en: 'A response begins with its version and three digits. Without them, it may be the rest of the answer before.',
    ko: '응답은 버전과 세 자리 숫자로 시작합니다. 그렇지 않으면 앞 응답의 나머지일 수도 있습니다.',
  },
  'invalid-status': {
    en: 'Outside 100 to 599, not even the first digit says whether this is an answer.',
    ko: '100부터 599까지를 벗어나면 첫 숫자로도 응답인지 알 수 없습니다.',
  },

  // ── HTTP: lines and fields ──
  'bare-carriage-return': {
    en: 'Some readers end a line at a lone CR and others do not, so that one of them sees a field that the other does not.',
    ko: 'CR 하나로 줄을 끝내는 구현과 그렇지 않은 구현이 있어, 한쪽에만 보이는 필드가 생깁니다.',
  },
  'bare-line-feed': {
    en: 'Some readers end a line at a lone LF and others do not, so that one of them sees a field that the other does not.',
    ko: 'LF 하나로 줄을 끝내는 구현과 그렇지 않은 구현이 있어, 한쪽에만 보이는 필드가 생깁니다.',
  },
  'whitespace-before-first-field': {
    en: 'Is it a field of its own, or does it go on with the start line? Two readers that disagree see two messages.',
    ko: '새 필드인지 시작 줄이 이어진 것인지 알 수 없습니다. 다르게 읽은 두 구현은 서로 다른 메시지를 봅니다.',
  },
  'whitespace-before-colon': {
    en: 'One reader takes `Host ` for Host and another for an unknown field: so one request has hidden in another.',
    ko: '`Host `를 Host로 읽는 구현과 모르는 필드로 읽는 구현이 있습니다. 그 사이로 요청 하나가 숨어 들어간 일이 있습니다.',
  },
  'folded-line': {
    en: 'A line that goes on with the one before is a field of its own to a reader that does not know the old custom.',
    ko: '앞줄을 잇는 옛 방식입니다. 이를 모르는 구현에는 새 필드로 보입니다.',
  },
  'invalid-field-name': {
    en: 'A name is a token. One reader drops any other byte and the next one keeps it, and then the two see different fields.',
    ko: '이름에는 정해진 문자만 쓸 수 있습니다. 다른 문자를 지우는 구현과 두는 구현은 서로 다른 필드를 보게 됩니다.',
  },
  'invalid-field-value': {
    en: 'A NUL or a control character ends the value for one reader and not for another.',
    ko: 'NUL이나 제어 문자에서 값이 끝났다고 보는 구현이 있고, 그렇지 않은 구현이 있습니다.',
  },
  'head-too-large': {
    en: 'Nothing in a head says how long it is. Without a limit, it could fill all memory.',
    ko: '헤드에는 길이가 적혀 있지 않습니다. 한도가 없으면 메모리를 모두 채울 수 있습니다.',
  },
  'too-many-fields': {
    en: 'Each field costs more than its bytes. Without a limit, many small ones would cost much for little.',
    ko: '필드 하나를 다루는 비용은 바이트 수로만 정해지지 않습니다. 한도가 없으면 작은 필드를 수없이 보내 서버를 느리게 할 수 있습니다.',
  },
  'host-missing': {
    en: 'Without Host, a server with several sites has to guess which one is meant.',
    ko: 'Host가 없으면 사이트가 여럿인 서버는 어느 것인지 짐작해야 합니다.',
  },
  'host-repeated': {
    en: 'The router could read the first Host and the application the last: a request for one site ends at another.',
    ko: '라우터는 앞의 Host를, 애플리케이션은 뒤의 Host를 읽을 수 있습니다. 그러면 요청이 엉뚱한 사이트로 갑니다.',
  },
  'invalid-host': {
    en: 'A Host that is not a name and a port is read by each program in its own way, up to another site.',
    ko: '이름과 포트가 아닌 Host는 프로그램마다 다르게 읽어, 다른 사이트가 될 수도 있습니다.',
  },

  // ── HTTP: where the content ends ──
  'invalid-content-length': {
    en: '`+5`, `5, 6` or `0x5`: each reader makes another number of it, and the content ends at another byte.',
    ko: '`+5`나 `5, 6`, `0x5`는 구현마다 다른 수로 읽고, 그러면 본문이 끝나는 바이트가 달라집니다.',
  },
  'invalid-transfer-encoding': {
    en: 'A reader that ignored the field would not see chunks, and one that repaired it would: the content has two ends.',
    ko: '무시하는 구현은 청크로 읽지 않고 고쳐 읽는 구현은 청크로 읽습니다. 본문의 끝이 둘이 됩니다.',
  },
  'unknown-transfer-coding': {
    en: 'What is coded in an unknown way cannot be read, nor passed on as if it had been read.',
    ko: '모르는 코딩으로 된 본문은 읽을 수도, 읽은 것처럼 넘길 수도 없습니다.',
  },
  'chunked-not-last': {
    en: 'Only chunked says where the content ends. If it is not the last coding, a request has no end.',
    ko: '본문의 끝을 알려 주는 것은 chunked뿐입니다. chunked가 마지막이 아니면 요청은 끝을 알 수 없습니다.',
  },
  'chunked-repeated': {
    en: 'Chunks in chunks: a reader that undoes them once would hand on sizes as content.',
    ko: '청크 안에 또 청크입니다. 한 번만 푸는 구현은 크기까지 본문으로 넘기게 됩니다.',
  },
  'chunked-with-parameters': {
    en: 'Chunked takes none. A reader that compares the whole value would not find chunked in it.',
    ko: 'chunked에는 매개변수가 없습니다. 값을 통째로 비교하는 구현은 chunked인 줄 모릅니다.',
  },
  'transfer-encoding-with-content-length': {
    en: 'Two lengths, and two readers that each believe another one: the rest of this content becomes a request of its own. That is request smuggling.',
    ko: '길이가 둘이면 구현마다 다른 것을 믿고, 남은 본문은 새 요청이 됩니다. 이것이 요청 스머글링입니다.',
  },
  'transfer-encoding-in-http-1.0': {
    en: 'HTTP/1.0 knows no chunks: an old proxy on the way has passed the field on without reading it.',
    ko: 'HTTP/1.0에는 청크가 없습니다. 도중의 오래된 프록시가 뜻을 모른 채 넘겼을 수 있습니다.',
  },
  'invalid-chunk-size': {
    en: 'Digits in hexadecimal and nothing else: `parseInt` takes `5x` for 5, another reader for an error.',
    ko: '16진수 숫자만 올 수 있습니다. `parseInt`는 `5x`를 5로 읽고, 다른 구현은 오류로 봅니다.',
  },
  'chunk-size-too-large': {
    en: 'A number that does not fit is cut off in silence, and the content then ends much too early.',
    ko: '담을 수 없는 수는 소리 없이 잘리고, 본문이 훨씬 일찍 끝난 것으로 읽힙니다.',
  },
  'invalid-chunk-extension': {
    en: 'What stands behind the size is skipped by many readers without a look. A line end hidden there moves the content.',
    ko: '크기 뒤를 보지 않고 건너뛰는 구현이 많습니다. 거기 줄 끝을 숨기면 본문의 위치가 어긋납니다.',
  },
  'chunk-extensions-too-large': {
    en: 'They carry no content. Without a limit, a peer could keep the reader busy for ever.',
    ko: '본문이 아닌 바이트입니다. 한도가 없으면 상대가 읽는 쪽을 끝없이 붙잡아 둘 수 있습니다.',
  },
  'invalid-chunk-end': {
    en: 'The size and the data do not agree, so one of the two is wrong, and it is not known which.',
    ko: '크기와 데이터가 서로 맞지 않습니다. 둘 중 하나가 틀렸는데 어느 쪽인지 알 수 없습니다.',
  },
  'field-not-allowed-in-trailers': {
    en: 'The content has been read already. A field that says how to read it comes too late.',
    ko: '본문은 이미 읽었습니다. 어떻게 읽을지 정하는 필드는 너무 늦게 온 것입니다.',
  },
  'incomplete-message': {
    en: 'The bytes end within a message. To take it for whole would be to act on a part.',
    ko: '메시지 중간에서 바이트가 끝났습니다. 다 온 것으로 여기면 일부만 보고 처리하게 됩니다.',
  },
  'unsolicited-response': {
    en: 'No request waits for it. A client that kept it would give it to the next one that asks.',
    ko: '기다리는 요청이 없습니다. 받아 두면 다음 요청의 응답으로 잘못 쓰게 됩니다.',
  },

  // ── Frames ──
  'reserved-bit-set': {
    en: 'The bit changes what the payload means, and this side does not know how. To ignore it would be to hand on something else.',
    ko: '이 비트는 페이로드의 뜻을 바꾸는데, 어떻게 바꾸는지 합의한 적이 없습니다. 무시하면 다른 것을 메시지로 넘기게 됩니다.',
  },
  'opcode-unknown': {
    en: 'A frame that is skipped could have been a message. So what is not known is not skipped.',
    ko: '건너뛴 프레임이 메시지였을 수도 있습니다. 그래서 모르는 opcode는 건너뛰지 않습니다.',
  },
  'frame-not-masked': {
    en: 'Without a mask, a web page chooses the bytes on the wire, and a proxy can take them for a request and remember the answer.',
    ko: '마스크가 없으면 웹 페이지가 보낼 바이트를 고를 수 있고, 프록시가 요청으로 읽어 그 응답을 캐시에 담을 수 있습니다.',
  },
  'frame-masked': {
    en: 'A server does not mask. If its frames come masked, the other end is perhaps a client too.',
    ko: '서버는 마스크를 씌우지 않습니다. 마스크가 있다면 상대도 클라이언트일지 모릅니다.',
  },
  'length-not-minimal': {
    en: 'Each length has one spelling. With several, a filter that knows only one of them would look at the wrong bytes.',
    ko: '길이마다 쓰는 방법이 하나입니다. 여럿이면 하나만 아는 필터가 엉뚱한 바이트를 보게 됩니다.',
  },
  'length-top-bit-set': {
    en: 'Read as a signed number, this length would be negative.',
    ko: '부호 있는 수로 읽으면 음수가 되는 길이입니다.',
  },
  'control-frame-fragmented': {
    en: 'A Ping or a Close has to be answered at once, also between the fragments of a message. In fragments itself, it could not be.',
    ko: 'Ping과 Close는 조각난 메시지 도중에도 바로 처리해야 합니다. 제어 프레임이 조각나면 그럴 수 없습니다.',
  },
  'control-frame-too-long': {
    en: 'It has to be kept in memory as a whole while a message is being read, so it is small.',
    ko: '메시지를 읽는 중에도 통째로 메모리에 두어야 하므로 크기를 제한합니다.',
  },
  'continuation-unexpected': {
    en: 'It goes on with a message, but none has begun: not even whether it is text is known.',
    ko: '이어 갈 메시지가 없습니다. 텍스트인지조차 알 수 없습니다.',
  },
  'continuation-expected': {
    en: 'A new message begins before the last one has ended. To which of the two would the next continuation belong?',
    ko: '앞 메시지가 끝나기 전에 새 메시지가 시작됩니다. 다음 연속 프레임이 어느 쪽의 것인지 알 수 없게 됩니다.',
  },
  'text-not-utf8': {
    en: 'A decoder that replaced the byte would hand on another text than was sent, without a sign of it.',
    ko: '디코더가 다른 글자로 바꾸어 버리면 보낸 것과 다른 텍스트가 전달되는데도 아무도 모릅니다.',
  },
  'message-too-big': {
    en: 'The header says the length before the bytes come. Without a limit, it could promise more than there is memory.',
    ko: '헤더의 길이는 그 바이트보다 먼저 옵니다. 한도가 없으면 메모리보다 큰 길이도 적을 수 있습니다.',
  },
  'message-not-deflate': {
    en: 'What cannot be inflated has no content, and what comes behind it refers to it.',
    ko: '압축을 풀 수 없으면 내용을 알 수 없고, 뒤의 메시지도 앞의 것을 참조하므로 함께 읽지 못합니다.',
  },
  'close-body-too-short': {
    en: 'A code has two bytes; half a code says nothing.',
    ko: '코드는 2바이트입니다. 한 바이트만으로는 무슨 코드인지 알 수 없습니다.',
  },
  'close-code-not-allowed': {
    en: 'Some codes stand for what did not come, such as 1006 for no Close at all. Sent, they would say the opposite.',
    ko: 'Close가 오지 않았다는 1006처럼, 오지 않은 것을 나타내는 코드가 있습니다. 실제로 보내면 앞뒤가 맞지 않습니다.',
  },
  'close-reason-not-utf8': {
    en: 'The reason is text for a log. Bytes that are no text would spoil it, or steer the terminal that shows it.',
    ko: '로그에 남길 텍스트입니다. 텍스트가 아닌 바이트는 로그를 망치거나 터미널을 조종할 수 있습니다.',
  },

  // ── The opening handshake ──
  'request-has-body': {
    en: 'Frames follow this head. With content, it would be unclear where the first one begins.',
    ko: '이 헤드 뒤에는 프레임이 옵니다. 본문이 있으면 첫 프레임이 어디서 시작하는지 모호해집니다.',
  },
  'method-not-get': {
    en: 'Only GET opens a WebSocket. A POST could come from a form on any page.',
    ko: 'WebSocket은 GET으로만 엽니다. POST는 아무 페이지의 폼에서나 보낼 수 있습니다.',
  },
  'http-version-too-low': {
    en: 'HTTP/1.0 knows no Upgrade, so something on the way may pass the head on without understanding it.',
    ko: 'HTTP/1.0에는 Upgrade가 없습니다. 도중의 프로그램이 뜻을 모른 채 헤드를 넘겼을 수 있습니다.',
  },
  'upgrade-missing': {
    en: 'Without it, the client has asked for something else and would read the frames as a broken response.',
    ko: '이 필드가 없으면 클라이언트가 요청한 것은 WebSocket이 아니며, 프레임을 깨진 응답으로 읽게 됩니다.',
  },
  'connection-without-upgrade': {
    en: 'Upgrade is for this connection only. If Connection does not name it, it may have been passed on by a proxy that does not know it.',
    ko: 'Upgrade는 이 연결에만 해당합니다. Connection에 없으면, 뜻을 모르는 프록시가 그대로 넘긴 것일 수 있습니다.',
  },
  'key-malformed': {
    en: 'A key is sixteen bytes in base64. Another one is not from a WebSocket client, and to answer it would prove nothing.',
    ko: '키는 16바이트를 base64로 쓴 것입니다. 다른 값은 WebSocket 클라이언트의 것이 아니며, 답해도 증명이 되지 않습니다.',
  },
  'version-not-supported': {
    en: 'Another version may have other frames. A 101 would promise to speak what this server does not know.',
    ko: '버전이 다르면 프레임도 다를 수 있습니다. 101로 답하면 모르는 프로토콜을 쓰겠다고 약속하는 셈입니다.',
  },
  'subprotocols-malformed': {
    en: 'The server answers with one word of this list, so each has to be a word, and to stand there once.',
    ko: '서버는 이 목록에서 하나를 골라 답합니다. 그래서 모두 토큰이어야 하고 한 번씩만 나와야 합니다.',
  },
  'extensions-malformed': {
    en: 'What is agreed on here decides how frames are read. A list that two sides read differently would decide two things.',
    ko: '여기서 합의한 것이 프레임을 읽는 방법을 정합니다. 양쪽이 다르게 읽으면 합의도 달라집니다.',
  },
  'upgrade-not-websocket': {
    en: 'The server has switched to another protocol, or not understood the question.',
    ko: '서버가 다른 프로토콜로 바꾸었거나 요청을 이해하지 못했습니다.',
  },
  'connection-not-upgrade': {
    en: 'Upgrade is for this connection only. If Connection does not name it, the answer may be that of a server behind a proxy.',
    ko: 'Upgrade는 이 연결에만 해당합니다. Connection에 없으면 프록시 너머의 서버가 한 답일 수 있습니다.',
  },
  'accept-wrong': {
    en: 'The server has not read this key: it may be a cache with an old answer, or a server that says yes to all.',
    ko: '서버가 이 키를 읽지 않았습니다. 옛 응답을 가진 캐시이거나, 아무 요청에나 답하는 서버일 수 있습니다.',
  },
  'extension-not-offered': {
    en: 'The frames to come would be coded in a way that the client cannot read.',
    ko: '클라이언트가 읽을 수 없는 방식으로 프레임이 오게 됩니다.',
  },
  'extension-parameters-wrong': {
    en: 'The two sides would inflate with different windows: the first message can still be right and the second is not.',
    ko: '양쪽이 서로 다른 창 크기로 압축을 풀게 됩니다. 첫 메시지는 맞아도 다음 메시지부터 깨질 수 있습니다.',
  },
  'subprotocol-not-requested': {
    en: 'The client does not know what messages of this subprotocol mean.',
    ko: '클라이언트는 이 서브프로토콜의 메시지가 무슨 뜻인지 모릅니다.',
  },
};

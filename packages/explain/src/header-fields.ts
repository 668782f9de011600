/** Header fields: where each one is defined, and what would go wrong without it, or with another value. */
import { type Term, term } from './terms.ts';

/** Name, section of RFC 9110 unless another RFC is named, and why it is sent. */
const FIELDS: readonly (readonly [name: string, section: string, en: string, ko: string])[] = [
  [
    'accept',
    '12.5.1',
    'Which media types the client can use. Without it, the server may answer with any.',
    '클라이언트가 쓸 수 있는 미디어 타입입니다. 없으면 서버가 어떤 것으로 답해도 됩니다.',
  ],
  [
    'accept-encoding',
    '12.5.3',
    'Which compressions the client can undo. A server that chose another one would send content that the client cannot read.',
    '클라이언트가 풀 수 있는 압축입니다. 서버가 다른 압축을 고르면 읽을 수 없는 본문이 됩니다.',
  ],
  [
    'accept-language',
    '12.5.4',
    'Which languages the user reads. Together with other fields it can tell one user from another, so browsers keep it short.',
    '사용자가 읽는 언어입니다. 다른 필드와 합치면 사용자를 알아볼 수 있어, 브라우저는 짧게 보냅니다.',
  ],
  [
    'accept-ranges',
    '14.3',
    'With `bytes`, a client can ask for the rest of a broken download. With `none`, it has to begin anew.',
    '`bytes`이면 끊긴 다운로드를 이어서 요청할 수 있고, `none`이면 처음부터 다시 받아야 합니다.',
  ],
  [
    'allow',
    '10.2.1',
    'The methods that this resource supports. A 405 without it would leave the client to guess.',
    '이 리소스가 지원하는 메서드입니다. 405에 이 필드가 없으면 클라이언트는 짐작할 수밖에 없습니다.',
  ],
  [
    'authorization',
    '11.6.2',
    'Who asks. Anyone who reads this line can ask in the same name, so it belongs on TLS only.',
    '누가 요청하는지 증명합니다. 이 줄을 읽은 사람은 같은 이름으로 요청할 수 있으므로 TLS에서만 보냅니다.',
  ],
  [
    'connection',
    '7.6.1',
    'Of this connection only. A proxy removes it and the fields that it names; passed on, `close` would close the wrong connection.',
    '이 연결에만 해당합니다. 프록시는 이 필드와 여기 적힌 필드를 지우며, 그대로 넘기면 `close`가 엉뚱한 연결을 닫습니다.',
  ],
  [
    'content-encoding',
    '8.4',
    'How the content is compressed. Content-Length counts the bytes as they are sent: a reader that counted the inflated ones would stop too early.',
    '본문을 어떻게 압축했는지 알려 줍니다. Content-Length는 보내는 바이트를 세므로, 압축을 푼 바이트를 세면 너무 일찍 멈춥니다.',
  ],
  [
    'content-language',
    '8.5',
    'For readers of which language the content is. How the letters are encoded, Content-Type says.',
    '어느 언어를 읽는 사람을 위한 본문인지 알려 줍니다. 글자를 어떻게 읽을지는 Content-Type이 알려 줍니다.',
  ],
  [
    'content-length',
    '8.6',
    'Bytes, not letters: 안녕 has 6. One too few, and the rest would be read as the next message; one too many, and the reader waits.',
    '글자 수가 아니라 바이트 수이며, 안녕은 6입니다. 하나 적으면 남은 바이트가 다음 메시지로 읽히고, 하나 많으면 끝없이 기다립니다.',
  ],
  [
    'content-location',
    '8.7',
    'The URL of exactly this content, if it is not the one that was asked for.',
    '요청한 URL과 다를 때, 바로 이 본문의 URL입니다.',
  ],
  [
    'content-range',
    '14.4',
    'Which bytes of the whole these are. Without it, a part would be taken for all.',
    '전체 가운데 어느 바이트인지 알려 줍니다. 없으면 일부를 전체로 여기게 됩니다.',
  ],
  [
    'content-type',
    '8.3',
    'What the bytes are. Without it browsers guess, and a guess has turned an uploaded picture into a script.',
    '이 바이트가 무엇인지 알려 줍니다. 없으면 브라우저가 짐작하는데, 올린 그림이 스크립트로 실행된 일이 있습니다.',
  ],
  [
    'date',
    '6.6.1',
    'When the message was made. Without it, a cache counts only from when the copy reached it; the time before that is unseen.',
    '메시지를 만든 때입니다. 없으면 캐시는 사본을 받은 때부터만 셀 수 있고, 그전의 시간은 모릅니다.',
  ],
  [
    'etag',
    '8.8.3',
    'A name for exactly this state of the resource. With it a client can ask whether anything has changed, and get a short 304.',
    '리소스의 지금 상태에 붙인 이름입니다. 클라이언트는 이 이름으로 바뀌었는지 묻고 짧은 304를 받을 수 있습니다.',
  ],
  [
    'expect',
    '10.1.1',
    '`100-continue`: the client keeps the content back until the server agrees. If neither side says more, both wait.',
    '`100-continue`이면 서버가 좋다고 할 때까지 본문을 보내지 않습니다. 양쪽 모두 아무것도 보내지 않으면 둘 다 기다리기만 합니다.',
  ],
  [
    'from',
    '10.1.2',
    'The mail address of the person behind a robot: without it, all that a site can do about a bad robot is to shut it out.',
    '로봇을 운영하는 사람의 메일 주소입니다. 없으면 로봇이 말썽일 때 차단하는 수밖에 없습니다.',
  ],
  [
    'host',
    '7.2',
    'Which of the sites at this address is meant. With two of them, the router could read the first and the application the last, so exactly one is allowed.',
    '이 주소에 있는 사이트 가운데 어느 것인지 알려 줍니다. 둘이면 라우터는 앞의 것, 애플리케이션은 뒤의 것을 읽을 수 있으므로 하나만 됩니다.',
  ],
  [
    'if-match',
    '13.1.1',
    'Change the resource only if it is still the one that I know. Without it, two editors overwrite each other.',
    '내가 아는 상태 그대로일 때만 바꾸라는 조건입니다. 없으면 두 사람이 서로의 수정을 덮어씁니다.',
  ],
  [
    'if-modified-since',
    '13.1.3',
    'Send the content only if it is newer. It counts in seconds: a change within the same second stays unseen.',
    '더 새로울 때만 본문을 보내라는 조건입니다. 초 단위이므로 같은 초 안의 변경은 놓칩니다.',
  ],
  [
    'if-none-match',
    '13.1.2',
    'Send the content only if it is not the one that I have: else a 304 without content is enough.',
    '내가 가진 것과 다를 때만 본문을 보내라는 조건입니다. 같으면 본문 없는 304로 충분합니다.',
  ],
  [
    'if-range',
    '13.1.5',
    'Send the part only if the whole is still the same. Without it, the halves of two different files could be joined.',
    '전체가 그대로일 때만 일부를 보내라는 조건입니다. 없으면 서로 다른 파일의 반쪽을 이어 붙일 수 있습니다.',
  ],
  [
    'if-unmodified-since',
    '13.1.4',
    'Change the resource only if it has not been changed since then. It counts in seconds, so If-Match is safer.',
    '그때부터 바뀌지 않았을 때만 바꾸라는 조건입니다. 초 단위이므로 If-Match가 더 안전합니다.',
  ],
  [
    'last-modified',
    '8.8.2',
    'When the resource last changed: a client without an ETag can ask by it whether there is something newer.',
    '리소스가 마지막으로 바뀐 때입니다. ETag가 없어도 이 값으로 더 새로운 것이 있는지 물을 수 있습니다.',
  ],
  [
    'location',
    '10.2.2',
    'Where to go next, or where the new resource is. A 302 without it is a dead end.',
    '다음에 갈 곳, 또는 새 리소스가 있는 곳입니다. 302에 이 필드가 없으면 갈 곳이 없습니다.',
  ],
  [
    'max-forwards',
    '7.6.2',
    'How many more proxies may pass it on. Two that send a request to each other would otherwise do so without end.',
    '앞으로 거칠 수 있는 프록시의 수입니다. 없으면 서로에게 넘기는 두 프록시 사이를 끝없이 오갈 수 있습니다.',
  ],
  [
    'proxy-authenticate',
    '11.7.1',
    'How to show the proxy who you are. It is meant for the next hop and not for the site.',
    '프록시에게 누구인지 증명하는 방법입니다. 사이트가 아니라 바로 다음 홉이 묻는 것입니다.',
  ],
  [
    'proxy-authorization',
    '11.7.2',
    'Who asks, for the proxy. If it were passed on, the site would learn the password of the proxy.',
    '프록시에게 누구인지 증명합니다. 그대로 넘기면 사이트가 프록시의 비밀번호를 알게 됩니다.',
  ],
  [
    'range',
    '14.2',
    'Only these bytes, please. A server may ignore it and send all with 200, so the status has to be looked at.',
    '이 바이트만 달라는 요청입니다. 서버는 무시하고 200으로 모두 보내도 되므로 상태 코드를 확인해야 합니다.',
  ],
  [
    'referer',
    '10.1.3',
    'On which page the link stood. If that address holds a secret, the secret travels along.',
    '링크가 있던 페이지입니다. 그 주소에 비밀이 들어 있으면 함께 새어 나갑니다.',
  ],
  [
    'retry-after',
    '10.2.3',
    'How long to wait. Without it, clients try at once, and together.',
    '얼마나 기다릴지 알려 줍니다. 없으면 클라이언트들이 바로, 한꺼번에 다시 시도합니다.',
  ],
  [
    'server',
    '10.2.4',
    'The software of the server. The more exact it is, the easier it is to look up what is wrong with it.',
    '서버의 소프트웨어입니다. 자세히 적을수록 알려진 약점을 찾기도 쉬워집니다.',
  ],
  [
    'te',
    '10.1.4',
    'What the client takes beside plain chunks. Without `trailers`, what comes behind the content may be dropped on the way.',
    '청크 말고 무엇을 더 받을 수 있는지 알려 줍니다. `trailers`가 없으면 본문 뒤의 필드는 도중에 버려질 수 있습니다.',
  ],
  [
    'trailer',
    '6.6.2',
    'Which fields come behind the content, so that the reader can prepare: a checksum has to be counted along.',
    '본문 뒤에 어떤 필드가 올지 미리 알립니다. 체크섬이라면 읽는 동안 함께 계산해야 하기 때문입니다.',
  ],
  [
    'transfer-encoding',
    'RFC 9112 6.1',
    'The content comes in chunks. Beside a Content-Length there would be two ends, and two readers that each believe another one: such a message is refused.',
    '본문을 청크로 보냅니다. Content-Length까지 있으면 끝이 둘이 되어 구현마다 다르게 믿을 수 있으므로, 그런 메시지는 거절합니다.',
  ],
  [
    'upgrade',
    '7.8',
    'An offer, its acceptance, or with 426 what the server demands. A server may ignore it and answer in HTTP; only a 101 changes anything.',
    '프로토콜을 바꾸자는 제안이거나 수락이며, 426에서는 서버의 요구입니다. 서버는 무시하고 HTTP로 답해도 되며, 101이 와야 바뀝니다.',
  ],
  [
    'user-agent',
    '10.1.5',
    'The software of the client. A server that acts on it is why browsers call themselves by the names of others.',
    '클라이언트의 소프트웨어입니다. 이 값을 보고 다르게 답하는 서버 때문에 브라우저들은 서로의 이름을 함께 적습니다.',
  ],
  [
    'vary',
    '12.5.5',
    'Which fields of the request had a part in this answer. Without it, a cache would give it to those who asked in another language.',
    '요청의 어느 필드가 이 응답을 정했는지 알려 줍니다. 없으면 캐시가 다른 언어로 요청한 사람에게도 같은 응답을 줍니다.',
  ],
  [
    'via',
    '7.6.3',
    'The proxies on the way. A proxy that finds itself in it has found a loop.',
    '지나온 프록시들입니다. 여기서 자기 이름을 본 프록시는 요청이 돌고 있음을 압니다.',
  ],
  [
    'www-authenticate',
    '11.6.1',
    'How to show who you are. A 401 without it would be a door without a bell.',
    '누구인지 증명하는 방법입니다. 401에 이 필드가 없으면 무엇을 내야 하는지 알 수 없습니다.',
  ],
  [
    'sec-websocket-key',
    'RFC 6455 11.3.1',
    'Sixteen random bytes that the server has to answer with a digest. No script can set this field, so no page can fake the handshake by a form or by fetch.',
    '서버가 다이제스트로 답해야 하는 무작위 16바이트입니다. 스크립트는 이 필드를 넣을 수 없어, 폼이나 fetch로는 핸드셰이크를 흉내 내지 못합니다.',
  ],
  [
    'sec-websocket-extensions',
    'RFC 6455 11.3.2',
    'What the client offers, or what the server takes of it. An extension that was not offered fails the connection, since the client could not read its frames.',
    '클라이언트가 제안한 확장, 또는 서버가 받아들인 확장입니다. 제안하지 않은 확장은 프레임을 읽을 수 없으므로 연결이 실패합니다.',
  ],
  [
    'sec-websocket-accept',
    'RFC 6455 11.3.3',
    'No secret: anyone can compute it. It proves only that the server has read the key as WebSocket, and is not a cache or a server that says yes to all.',
    '비밀이 아닙니다. 누구나 계산할 수 있습니다. 서버가 이 키를 WebSocket으로 읽었다는 것, 아무 요청에나 답하는 서버나 캐시가 아니라는 것만 증명합니다.',
  ],
  [
    'sec-websocket-protocol',
    'RFC 6455 11.3.4',
    'What the messages will mean: a list from the client, one of it from the server. Another one fails the connection.',
    '메시지를 어떤 뜻으로 읽을지 알려 줍니다. 클라이언트는 목록을 보내고 서버는 그중 하나를 고르며, 없는 것을 고르면 연결이 실패합니다.',
  ],
  [
    'sec-websocket-version',
    'RFC 6455 11.3.5',
    '13, the only one in use. To any other a server answers 426 with the version that it speaks, instead of frames that the client would misread.',
    '쓰이는 버전은 13뿐입니다. 다른 버전에는 서버가 426으로 자기 버전을 알립니다. 프레임을 잘못 읽는 것보다 낫습니다.',
  ],
  [
    'origin',
    'RFC 6454 7',
    'Of which site the script is. A WebSocket has no other protection: any page may connect, with the cookies of its visitor, and the server has to look here.',
    '어느 사이트의 스크립트인지 알려 줍니다. 어느 페이지든 방문자의 쿠키로 WebSocket을 열 수 있으므로, 서버가 이 값을 보고 막아야 합니다.',
  ],
  [
    'cookie',
    'RFC 6265 5.4',
    'What this server has set before: HTTP itself remembers nothing from one request to the next.',
    '이 서버가 전에 맡긴 값입니다. HTTP 자체는 앞의 요청을 기억하지 못합니다.',
  ],
  [
    'set-cookie',
    'RFC 6265 4.1',
    'Send this back each time. It is the one field that cannot be joined with commas, since its dates hold them.',
    '다음부터 이 값을 함께 보내 달라는 뜻입니다. 날짜에 쉼표가 들어 있어, 쉼표로 합칠 수 없는 유일한 필드입니다.',
  ],
  [
    'cache-control',
    'RFC 9111 5.2',
    'What a cache may keep, and how long. Without it a cache estimates, and an old page can stay for days.',
    '캐시가 무엇을 얼마나 보관해도 되는지 알려 줍니다. 없으면 캐시가 어림하므로 옛 페이지가 며칠씩 남을 수 있습니다.',
  ],
];

const NAME = 'field-value';
/** By the name of the field, in small letters. */
const TERMS: ReadonlyMap<string, Term> = new Map(
  FIELDS.map(([name, section, en, ko]) => [
    name,
    term(`${NAME}/${name}`, NAME, section.startsWith('RFC') ? section : `RFC 9110 ${section}`, en, ko),
  ]),
);
/** Any other field: the section that says what a value may hold. */
const ANY = term(
  NAME,
  NAME,
  'RFC 9110 5.5',
  'A recipient that does not know the field ignores it, and a proxy passes it on: so new fields need no new version of HTTP.',
  '모르는 필드는 무시하고, 프록시는 그대로 넘깁니다. 그래서 HTTP의 버전을 바꾸지 않고도 새 필드를 쓸 수 있습니다.',
);

/** The value of a field, by its name. */
export function valueTerm(name: string): Term {
  return TERMS.get(name.toLowerCase()) ?? ANY;
}

export const VALUE_TERMS: readonly Term[] = [...TERMS.values(), ANY];

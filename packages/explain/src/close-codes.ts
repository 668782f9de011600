/**
 * Close codes (RFC 6455 7.4): what each one is called, and why one side sends it, or must not. The English names, and whether
 * a code may be sent, are ws-mini's.
 */
import { closeCodes } from 'ws-mini/wire';
import type { Text } from './text.ts';

export interface CloseCode {
  readonly name: Text;
  /** What it tells the other side, or why no Close may carry it. */
  readonly why: Text;
}

/** What a close code is called, and why it is sent or must not be. Any number has an answer. */
export function closeCode(code: number): CloseCode {
  return CODES[code] ?? RANGES.find(({ below }) => code < below) ?? ABOVE;
}

function known(code: number, nameInKorean: string, en: string, ko: string): CloseCode {
  return { name: { en: closeCodes[code] ?? 'reserved', ko: nameInKorean }, why: { en, ko } };
}

const CODES: Readonly<Record<number, CloseCode>> = {
  1000: known(
    1000,
    '정상 종료',
    '1000, high byte first: done. Without a code the reader would say 1005, which must never be sent.',
    '1000, 높은 바이트가 먼저입니다. 할 일을 마쳤다는 뜻입니다. 코드가 없으면 받는 쪽은 1005로 알며, 1005 자체는 결코 보내지 않습니다.',
  ),
  1001: known(
    1001,
    '떠남',
    'The server shuts down, or the page is being left. Nothing was wrong, so a client may connect again.',
    '서버가 종료하거나 사용자가 페이지를 떠났습니다. 잘못은 없었으므로 다시 연결해도 됩니다.',
  ),
  1002: known(
    1002,
    '프로토콜 위반',
    'The other side broke a rule of the framing. To connect again would help only if it stops doing that.',
    '상대가 프레이밍의 규칙을 어겼습니다. 상대가 고치지 않으면 다시 연결해도 같은 일이 일어납니다.',
  ),
  1003: known(
    1003,
    '받을 수 없는 데이터',
    'The frames were right, but not the kind of message: binary to a program that takes only text.',
    '프레임은 옳지만 다루지 않는 종류의 메시지입니다. 텍스트만 받는 프로그램에 binary를 보낸 경우입니다.',
  ),
  1004: known(
    1004,
    '예약됨',
    'Kept for a meaning that it does not have yet: a Close that carries it breaks the rule.',
    '아직 뜻이 정해지지 않은 코드입니다. 이 코드를 담은 Close는 규칙 위반입니다.',
  ),
  1005: known(
    1005,
    '코드 없음',
    'Stands for a Close without a code, in the program that reads it. Sent in a Close, it would say that there is no code.',
    '코드 없는 Close를 받았을 때 프로그램이 보는 값입니다. Close에 담아 보내면 코드가 있으면서 없다고 말하는 셈입니다.',
  ),
  1006: known(
    1006,
    '비정상 종료',
    'Stands for a connection that ended without a Close. If it could be sent, a lost and a closed connection would look the same.',
    'Close 없이 끝난 연결을 나타내는 값입니다. 보낼 수 있다면 끊긴 연결과 닫은 연결을 구별할 수 없습니다.',
  ),
  1007: known(
    1007,
    '잘못된 페이로드',
    'The bytes do not fit their type, such as text that is not UTF-8.',
    'UTF-8이 아닌 텍스트처럼, 메시지의 바이트가 종류와 맞지 않았습니다.',
  ),
  1008: known(
    1008,
    '정책 위반',
    'For whatever no other code fits, or to give no details away.',
    '맞는 코드가 없거나 자세한 이유를 알리고 싶지 않을 때 씁니다.',
  ),
  1009: known(
    1009,
    '너무 큰 메시지',
    'The message passed a limit of the reader. Without a limit, one peer could fill all memory.',
    '메시지가 받는 쪽의 한도를 넘었습니다. 한도가 없으면 상대 하나가 메모리를 모두 채울 수 있습니다.',
  ),
  1010: known(
    1010,
    '필요한 확장 없음',
    'Only a client sends it: the server has not taken an extension that the client cannot do without.',
    '클라이언트만 보냅니다. 꼭 필요한 확장을 서버가 받아들이지 않았다는 뜻입니다.',
  ),
  1011: known(
    1011,
    '내부 오류',
    'The side that sends it failed at its own work. The other one did nothing wrong.',
    '보낸 쪽이 자기 일에 실패했습니다. 받은 쪽에는 잘못이 없습니다.',
  ),
  1012: known(
    1012,
    '서비스 재시작',
    'The server comes back soon. If all clients did so at the same moment, it would fall over again.',
    '서버가 곧 돌아옵니다. 모두 한꺼번에 다시 연결하면 서버가 다시 멈출 수 있습니다.',
  ),
  1013: known(
    1013,
    '나중에 다시',
    'Too much to do. A client that connects again at once makes it worse.',
    '서버가 너무 바쁩니다. 바로 다시 연결하면 더 나빠집니다.',
  ),
  1014: known(
    1014,
    '잘못된 게이트웨이',
    'A gateway has got no valid answer from the server behind it: the fault is neither here nor at the client.',
    '게이트웨이가 뒤의 서버에서 올바른 응답을 받지 못했습니다. 클라이언트의 잘못은 아닙니다.',
  ),
  1015: known(
    1015,
    'TLS 핸드셰이크 실패',
    'Stands for a TLS handshake that failed. No WebSocket was ever open, so no Close can carry it.',
    'TLS 핸드셰이크 실패를 나타내는 값입니다. WebSocket이 열린 적이 없으므로 Close에 담을 수 없습니다.',
  ),
};

const NOT_USED: Text = { en: 'not used', ko: '쓰지 않음' };

/** The codes that have no line of their own: RFC 6455 7.4.2. */
const RANGES: readonly (CloseCode & { readonly below: number })[] = [
  {
    below: 1000,
    name: NOT_USED,
    why: {
      en: 'No code is below 1000: a Close with one breaks the rule.',
      ko: '1000보다 작은 코드는 없습니다. 이런 Close는 규칙 위반입니다.',
    },
  },
  {
    below: 3000,
    name: { en: 'reserved for the protocol', ko: '프로토콜용으로 예약됨' },
    why: {
      en: 'Kept for later versions of WebSocket: an application that used it would one day say something else.',
      ko: '앞으로의 WebSocket을 위해 남겨 둔 코드입니다. 애플리케이션이 쓰면 언젠가 다른 뜻이 됩니다.',
    },
  },
  {
    below: 4000,
    name: { en: 'registered', ko: '등록된 코드' },
    why: {
      en: 'For libraries and frameworks, which register it with IANA, so that two of them do not mean two things by it.',
      ko: '라이브러리와 프레임워크용이며, 둘이 같은 코드를 다른 뜻으로 쓰지 않도록 IANA에 등록합니다.',
    },
  },
  {
    below: 5000,
    name: { en: 'private', ko: '애플리케이션용' },
    why: {
      en: 'Its meaning is between these two programs. Any other can only log it.',
      ko: '두 프로그램끼리 정한 뜻입니다. 다른 프로그램은 기록해 둘 수만 있습니다.',
    },
  },
];

const ABOVE: CloseCode = {
  name: NOT_USED,
  why: {
    en: 'No code is above 4999: a Close with one breaks the rule.',
    ko: '4999보다 큰 코드는 없습니다. 이런 Close는 규칙 위반입니다.',
  },
};

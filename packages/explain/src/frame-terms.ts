/** The terms of frames (RFC 6455 5.2), and of the opcodes. What a close code means stands in `close-codes.ts`. */
import { type Term, term } from './terms.ts';

export const FIN: Term = term(
  'FIN',
  'FIN',
  'RFC 6455 5.2',
  'With 1 the message is complete, with 0 the reader keeps this part and waits for more. A Ping, Pong or Close always has 1.',
  '1이면 메시지가 여기서 끝나고, 0이면 읽는 쪽은 이 조각을 가지고 나머지를 기다립니다. Ping, Pong, Close는 언제나 1입니다.',
);
export const RSV: Term = term(
  'RSV1-3',
  'RSV1-3',
  'RFC 6455 5.2',
  'They are 0 unless both sides have agreed on an extension. A reader that ignored a 1 would hand on compressed bytes as the message.',
  '양쪽이 합의한 확장이 없으면 0입니다. 1을 무시하고 읽으면 압축된 바이트를 메시지로 넘기게 됩니다.',
);
export const RSV_COMPRESSED: Term = term(
  'RSV1-3/compressed',
  'RSV1-3',
  'RFC 7692 6',
  'RSV1: the message is compressed. Only its first frame says so, and only after both sides have agreed on permessage-deflate.',
  'RSV1은 압축된 메시지라는 뜻입니다. 첫 프레임에만, 그것도 양쪽이 permessage-deflate에 합의했을 때만 1이 됩니다.',
);
export const MASK: Term = term(
  'MASK',
  'MASK',
  'RFC 6455 5.1',
  'Top bit: masked. A client always sets it and a server never does; the other way round, the connection fails at this byte.',
  '맨 위 비트는 마스킹 여부입니다. 클라이언트는 언제나 1, 서버는 언제나 0이며, 반대라면 이 바이트에서 연결이 실패합니다.',
);
export const LENGTH: Term = term(
  'Payload length',
  'Payload length',
  'RFC 6455 5.2',
  'The other seven bits. 126 and 127 are no lengths here, but say that two or eight bytes follow.',
  '나머지 일곱 비트입니다. 126과 127은 길이가 아니라, 뒤에 2바이트나 8바이트가 더 온다는 뜻입니다.',
);
export const EXTENDED_LENGTH: Term = term(
  'Extended payload length',
  'Extended payload length',
  'RFC 6455 5.2',
  'High byte first; read the other way round, 256 would be 1. Of the three forms only the shortest is allowed, so that each length has one spelling.',
  '높은 바이트가 먼저이며, 거꾸로 읽으면 256이 1이 됩니다. 길이마다 쓰는 방법이 하나뿐이도록 세 형식 가운데 가장 짧은 것만 됩니다.',
);
export const MASKING_KEY: Term = term(
  'Masking-key',
  'Masking-key',
  'RFC 6455 5.3',
  'New for each frame. It hides nothing, since it travels along; it keeps a page from choosing the bytes that a proxy will see.',
  '프레임마다 새로 뽑습니다. 함께 보내므로 숨기는 것은 없습니다. 웹 페이지가 프록시에 보일 바이트를 고르지 못하게 할 뿐입니다.',
);
export const CLOSE_REASON: Term = term(
  'close-reason',
  'reason',
  'RFC 6455 5.5.1',
  'For a log, not for the user. A control frame holds 125 bytes and the code takes two, so 123 are left, and they must be UTF-8.',
  '사용자가 아니라 로그를 위한 문구입니다. 제어 프레임은 125바이트까지이고 코드가 2바이트이므로 123바이트가 남으며, UTF-8이어야 합니다.',
);
export const INFLATED_PAYLOAD: Term = term(
  'payload/inflated',
  'Payload data',
  'RFC 7692 7.2.2',
  'The end of a compressed message, but for its last four bytes, 00 00 ff ff: they were left out, and are put back. With context takeover it refers to the messages before, so one wrong byte would spoil those behind it too.',
  '압축된 메시지의 끝입니다. 보낼 때 뺀 마지막 네 바이트 00 00 ff ff를 다시 붙여 풉니다. 압축 문맥을 유지하면(context takeover) 앞선 메시지를 참조하므로, 한 바이트만 틀려도 뒤의 메시지까지 망가집니다.',
);
export const CLOSE_CODE_BEGUN: Term = term(
  'close-code/begun',
  'status code (begun)',
  'RFC 6455 5.5.1',
  'A Close is empty or begins with a code of two bytes. If this one byte were all, the connection would fail.',
  'Close의 페이로드는 비어 있거나 2바이트 코드로 시작합니다. 이 한 바이트로 끝이라면 연결이 실패합니다.',
);
export const HEADER_BEGUN: Term = term(
  'frame-header/begun',
  'frame header (begun)',
  'RFC 6455 5.2',
  'The second byte tells how long the header is: 2, 4 or 10 bytes, and 4 more for a key. Acting on less would be guessing.',
  '헤더의 길이는 두 번째 바이트가 알려 줍니다. 2, 4, 10바이트 가운데 하나에 키가 있으면 4바이트를 더하며, 다 와야 읽습니다.',
);
export const DISCARDED: Term = term(
  'discarded',
  'discarded',
  'RFC 6455 1.4',
  'Behind a Close, which has said that nothing follows. A reader that acted on these bytes could never be sure that it has seen the end.',
  'Close 뒤에 온 바이트입니다. 더 보낼 것이 없다고 이미 알렸으므로 무엇이 오든 버립니다.',
);

/** A code that has its own reason is entered with that one: see `close-codes.ts`. */
export const CLOSE_CODE: Term = term(
  'close-code',
  'status code',
  'RFC 6455 7.4',
  'High byte first. Without a code the reader would say 1005, which must never be sent.',
  '높은 바이트가 먼저입니다. 코드가 없으면 받는 쪽은 1005로 알며, 1005 자체는 결코 보내지 않습니다.',
);

/** An opcode says what a frame is, and thereby what its payload is. */
export interface FrameType {
  readonly name: string;
  readonly opcode: Term;
  readonly payload: Term;
}

function frameType(
  name: string,
  rule: string,
  opcode: readonly [en: string, ko: string],
  payload: readonly [en: string, ko: string],
): FrameType {
  return {
    name,
    opcode: term(`opcode/${name}`, 'opcode', rule, ...opcode),
    payload: term(`payload/${name}`, 'Payload data', rule, ...payload),
  };
}

export const FRAME_TYPES: ReadonlyMap<number, FrameType> = new Map([
  [
    0,
    frameType(
      'continuation',
      'RFC 6455 5.4',
      [
        'Only the first frame says text or binary; this one goes on with it. If no message has begun, the connection fails.',
        'text인지 binary인지는 첫 프레임에만 적혀 있고, 이 프레임은 그 뒤를 잇습니다. 시작된 메시지가 없으면 연결이 실패합니다.',
      ],
      [
        'Without the frame that began the message, these bytes have no type.',
        '메시지를 시작한 프레임이 없으면 이 바이트가 무엇인지 알 수 없습니다.',
      ],
    ),
  ],
  [
    1,
    frameType(
      'text',
      'RFC 6455 5.6',
      [
        'The message is UTF-8. If it says text and is not, the connection fails with 1007, and the application sees none of it.',
        '메시지는 UTF-8입니다. text라고 하고 UTF-8이 아니면 1007로 연결이 실패하며, 애플리케이션은 아무것도 받지 못합니다.',
      ],
      [
        'A frame may end within a letter. A reader that decoded each frame by itself would show a broken letter at every cut.',
        '글자 한가운데에서 프레임이 끝날 수 있습니다. 프레임마다 따로 디코딩하면 잘린 자리마다 글자가 깨집니다.',
      ],
    ),
  ],
  [
    2,
    frameType(
      'binary',
      'RFC 6455 5.6',
      [
        'Any bytes. Sent as text, an image would fail the connection at its first byte that is not UTF-8.',
        '어떤 바이트든 됩니다. 그림을 text로 보내면 UTF-8이 아닌 첫 바이트에서 연결이 실패합니다.',
      ],
      [
        'What they mean is between the two applications: WebSocket neither checks nor changes them.',
        '무슨 뜻인지는 두 애플리케이션이 정합니다. WebSocket은 검사하지도 바꾸지도 않습니다.',
      ],
    ),
  ],
  [
    8,
    frameType(
      'Close',
      'RFC 6455 5.5.1',
      [
        'The last frame of this side. The other one answers with a Close; without it, an end and a lost connection would look the same.',
        '이쪽이 보내는 마지막 프레임이며, 상대도 Close로 답합니다. Close가 없으면 끝난 연결과 끊긴 연결을 구별할 수 없습니다.',
      ],
      ['Empty, or a code of two bytes and then a reason.', '비어 있거나, 2바이트 코드와 이유입니다.'],
    ),
  ],
  [
    9,
    frameType(
      'Ping',
      'RFC 6455 5.5.2',
      [
        'It may come between two fragments and is answered at once: a reader that first waited for the end of the message would be taken for dead.',
        '조각난 메시지 도중에 와도 바로 답합니다. 메시지가 끝나기를 기다렸다가 답하면 죽은 연결로 여겨질 수 있습니다.',
      ],
      [
        'It comes back in the Pong as it is. With other bytes, the sender could not tell which of its Pings has arrived.',
        'Pong에 그대로 담겨 돌아옵니다. 다른 바이트가 돌아오면 어느 Ping이 도착했는지 알 수 없습니다.',
      ],
    ),
  ],
  [
    10,
    frameType(
      'Pong',
      'RFC 6455 5.5.3',
      [
        'Answers a Ping, or comes unasked. It is not answered: two programs that did so would never stop.',
        'Ping에 대한 답이거나, 묻지 않았는데 보낸 신호입니다. Pong에는 답하지 않습니다. 서로 답하면 끝이 없습니다.',
      ],
      [
        'The bytes of the Ping that it answers. If several came, only the latest needs an answer.',
        '답하는 Ping의 바이트 그대로입니다. Ping이 여럿 왔다면 마지막 하나에만 답해도 됩니다.',
      ],
    ),
  ],
]);

export const RESERVED_TYPE: FrameType = frameType(
  'reserved',
  'RFC 6455 5.2',
  [
    'It has no meaning yet. A reader that skipped the frame would lose a message and not notice, so the connection fails.',
    '아직 뜻이 없습니다. 건너뛰면 메시지를 잃고도 모르게 되므로 연결이 실패합니다.',
  ],
  ['Of a frame that has no meaning yet.', '아직 뜻이 없는 프레임의 페이로드입니다.'],
);

export const FRAME_TERMS: readonly Term[] = [
  ...[FIN, RSV, RSV_COMPRESSED, MASK, LENGTH, EXTENDED_LENGTH, MASKING_KEY],
  ...[CLOSE_CODE, CLOSE_CODE_BEGUN, CLOSE_REASON, INFLATED_PAYLOAD, HEADER_BEGUN, DISCARDED],
  ...[...FRAME_TYPES.values(), RESERVED_TYPE].flatMap(({ opcode, payload }) => [opcode, payload]),
];

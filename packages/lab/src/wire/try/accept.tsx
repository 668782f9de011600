/** @jsxRuntime automatic @jsxImportSource preact */
/** The accept digest of any key (RFC 6455 1.3, 4.2.2), step by step, by ws-mini's own function. */
import { Fields } from 'http-mini/wire';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { acceptFor, keyFrom, readOpeningRequest } from 'ws-mini/wire';
import { hexOf } from '../../page/hex.ts';
import type { Language } from '../../text.ts';
import { Output, Tool, Typed } from './tool.tsx';

/** What every key is joined with; no server would add it by chance. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface AcceptSteps {
  readonly joined: string;
  /** SHA-1 of it: 20 bytes. */
  readonly digest: Uint8Array;
  /** The same in base64: 28 letters. */
  readonly accept: string;
  /** Whether a server takes the key: it has to be 16 bytes in base64. */
  readonly isKey: boolean;
}

/** @returns undefined if no field could hold the key */
export function acceptSteps(key: string): AcceptSteps | undefined {
  if (!/^[!-~]*$/.test(key)) return undefined;
  const accept = acceptFor(key);
  const digest = Uint8Array.from(atob(accept), (octet) => octet.charCodeAt(0));
  return { joined: `${key}${GUID}`, digest, accept, isKey: isKey(key) };
}

/** As a server decides it. */
function isKey(key: string): boolean {
  const fields = new Fields({
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
  });
  try {
    readOpeningRequest({ method: 'GET', target: '/', version: '1.1', fields });
    return true;
  } catch {
    return false;
  }
}

const WORDS = {
  title: { en: 'The digest of a key', ko: '키의 다이제스트' },
  about: {
    en: 'Change a letter of the key, and nothing of the answer stays. It takes no secret to compute it.',
    ko: '키에서 글자 하나만 바꾸어도 응답의 값이 모두 바뀝니다. 계산하는 데 비밀 값은 필요하지 않습니다.',
  },
  another: { en: 'Another key', ko: '다른 키 뽑기' },
  joined: { en: 'joined with the GUID', ko: 'GUID를 이어 붙이면' },
  digest: { en: 'SHA-1, 20 bytes', ko: 'SHA-1, 20바이트' },
  accept: { en: 'in base64', ko: 'base64로' },
  noKey: {
    en: 'A server refuses this key with 400: it is not 16 bytes in base64.',
    ko: '서버는 이 키를 400으로 거절합니다. 16바이트를 base64로 적은 값이 아닙니다.',
  },
  noValue: {
    en: 'A field cannot hold this. A key has only letters of ASCII.',
    ko: '필드에 담을 수 없습니다. 키에는 ASCII 문자만 쓸 수 있습니다.',
  },
};

export function AcceptDigest({ language }: { language: Language }): VNode {
  const [key, setKey] = useState('dGhlIHNhbXBsZSBub25jZQ==');
  const steps = acceptSteps(key);
  return (
    <Tool id="accept" title={WORDS.title[language]} about={WORDS.about[language]}>
      <p class="bar">
        <Typed label="Sec-WebSocket-Key" name="key" size={26} maxLength={100} value={key} onText={setKey} />
        <button type="button" onClick={() => setKey(keyFrom(crypto.getRandomValues(new Uint8Array(16))))}>
          {WORDS.another[language]}
        </button>
      </p>
      <Output
        rows={
          steps && [
            [WORDS.joined[language], steps.joined],
            [WORDS.digest[language], hexOf(steps.digest)],
            [WORDS.accept[language], steps.accept],
          ]
        }
        notice={
          steps === undefined ? WORDS.noValue[language] : steps.isKey ? undefined : WORDS.noKey[language]
        }
      />
    </Tool>
  );
}

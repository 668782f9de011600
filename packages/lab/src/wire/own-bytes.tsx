/** @jsxRuntime automatic @jsxImportSource preact */
/** Bytes of one's own: pasted, as a form that also works without a script, or live from this page's connections. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Language, Text } from '../text.ts';
import { type Desk, SHOWN } from './desk.ts';
import type { Fault } from './fault.ts';
import { type readPaste, readPasted } from './paste.ts';
import { SIDES } from './words.ts';

const WORDS = {
  paste: {
    en: 'A dump by xxd, hexdump -C, od or Wireshark (“Follow TCP Stream” has both sides); a string with escapes, as in C; or text. Of a whole packet, the headers of Ethernet, IP and TCP are taken off.',
    ko: 'xxd, hexdump -C, od, Wireshark의 덤프(“Follow TCP Stream”은 양쪽 모두), C처럼 이스케이프가 든 문자열, 또는 텍스트를 붙여 넣습니다. 패킷 전체를 붙여 넣으면 이더넷, IP, TCP의 헤더를 떼고 읽습니다.',
  },
  bytes: { en: 'Bytes', ko: '바이트' },
  from: { en: 'from', ko: '보낸 쪽' },
  guess: { en: 'find out', ko: '자동' },
  style: { en: 'written as', ko: '표기' },
  hex: { en: 'hexadecimal', ko: '16진수' },
  escapes: { en: 'escapes', ko: '이스케이프' },
  text: { en: 'text', ko: '텍스트' },
  crlf: { en: 'lines of text end with CRLF', ko: '텍스트의 줄은 CRLF로 끝냄' },
  read: { en: 'Read these bytes', ko: '이 바이트 읽기' },
  add: { en: 'Add them to the conversation', ko: '대화에 이어 붙이기' },
};

export function PasteForm({ desk, language }: { desk: Desk; language: Language }): VNode {
  const fault = useSignal<Fault | undefined>(undefined);
  const area = useRef<HTMLTextAreaElement>(null);
  // Only a script knows what lies open.
  const isScripted = useSignal(false);
  useEffect(() => {
    isScripted.value = true;
  }, [isScripted]);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const isAdded = (event.submitter as HTMLButtonElement | null)?.value === 'added';
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const read = readPasted(new URLSearchParams([...form].map(([name, value]) => [name, String(value)])))!;
    fault.value = 'fault' in read ? read.fault : undefined;
    if ('fault' in read) return pointAt(area.current!, read.fault);
    if (isAdded) desk.append(read.recording);
    else desk.open(read.recording, 'paste');
    desk.readAs.value = understood(read);
    // What was read stands above, out of sight.
    const heading = document.getElementById(SHOWN);
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView();
  };
  return (
    <form class="paste" onSubmit={onSubmit}>
      <p>{WORDS.paste[language]}</p>
      <textarea
        ref={area}
        name="paste"
        rows={6}
        aria-label={WORDS.bytes[language]}
        spellcheck={false}
        required
      />
      <div class="bar">
        <label>
          {WORDS.from[language]}{' '}
          <select name="from">
            <option value="">{WORDS.guess[language]}</option>
            <option value="client">{SIDES.client[language]}</option>
            <option value="server">{SIDES.server[language]}</option>
          </select>
        </label>
        <label>
          {WORDS.style[language]}{' '}
          <select name="style">
            <option value="">{WORDS.guess[language]}</option>
            <option value="hex">{WORDS.hex[language]}</option>
            <option value="escapes">{WORDS.escapes[language]}</option>
            <option value="text">{WORDS.text[language]}</option>
          </select>
        </label>
        <label>
          <input type="checkbox" name="crlf" defaultChecked /> {WORDS.crlf[language]}
        </label>
        <button type="submit">{WORDS.read[language]}</button>
        {isScripted.value && (
          <button type="submit" value="added">
            {WORDS.add[language]}
          </button>
        )}
      </div>
      <p class="notice" role="status">
        {fault.value?.says[language]}
      </p>
    </form>
  );
}

/** What was found out by itself, so that a wrong guess is seen. */
function understood({
  style,
  guessed,
  headers,
}: Exclude<ReturnType<typeof readPaste>, { fault: Fault }>): Text {
  const words = WORDS[style];
  const off = headers === undefined ? undefined : headers;
  return {
    en: `Read as ${words.en}${off ? `, without ${off} bytes of headers below the stream` : ''}${guessed ? `; taken for the ${guessed}’s, as nobody said whose they are` : ''}.`,
    ko: `${words.ko}로 읽었습니다.${off ? ` 스트림 아래의 헤더 ${off}바이트는 뗐습니다.` : ''}${guessed ? ` 보낸 쪽을 고르지 않아 ${SIDES[guessed].ko}의 바이트로 보았습니다.` : ''}`,
  };
}

/** Selects the character that cannot be read, so that it is found in a long dump. */
function pointAt(area: HTMLTextAreaElement, { at }: Fault): void {
  area.focus();
  if (at !== undefined) area.setSelectionRange(at, at + 1);
}

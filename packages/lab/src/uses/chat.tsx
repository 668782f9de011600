/** @jsxRuntime automatic @jsxImportSource preact */
/** The chat's view: lines as they come, and one to write. A line that one sends comes back like all others, and not before. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { LiveNotice, useLiveData } from '../page/live.tsx';
import type { Language, Text } from '../text.ts';

/** Lines that are kept. */
const KEPT = 50;

const WORDS = {
  line: { en: 'Your line', ko: '보낼 말' },
  send: { en: 'Send', ko: '보내기' },
  lines: { en: 'What was said', ko: '오간 말' },
} satisfies Record<string, Text>;

export function Chat({ path, language }: { path: string; language: Language }): VNode {
  const lines = useSignal<readonly string[]>([]);
  const draft = useSignal('');
  const live = useLiveData(path, (data) => {
    lines.value = [...lines.value, data as string].slice(-KEPT);
  });
  const send = (event: Event) => {
    event.preventDefault();
    if (draft.value !== '' && live.sendText(draft.value)) draft.value = '';
  };
  return (
    <figure>
      <ol class="chat" aria-label={WORDS.lines[language]} aria-live="polite">
        {lines.value.map((line, i) => (
          <li key={i}>{line}</li>
        ))}
      </ol>
      <form class="bar" onSubmit={send}>
        <label>
          {WORDS.line[language]}{' '}
          <input
            maxLength={500}
            autocomplete="off"
            value={draft.value}
            onInput={({ currentTarget }) => {
              draft.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit">{WORDS.send[language]}</button>
        <LiveNotice live={live} language={language} />
      </form>
    </figure>
  );
}

/** @jsxRuntime automatic @jsxImportSource preact */
/** The video's view: pictures out of WebSocket messages, beside the browser's own reading of the HTTP response. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { LiveNotice, useLiveData } from '../page/live.tsx';
import type { Language, Text } from '../text.ts';

const WORDS = {
  socket: { en: 'a WebSocket message each', ko: '그림마다 WebSocket 메시지 하나' },
  http: { en: 'a part each of one HTTP response', ko: '그림마다 HTTP 응답 하나의 파트 하나' },
} satisfies Record<string, Text>;

const RESPONSE = '/uses/video.multipart';

export function Video({ path, language }: { path: string; language: Language }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  // What crosses is told to the page by its name, which it has once its script runs.
  const source = useSignal(RESPONSE);
  useEffect(() => {
    source.value = `${RESPONSE}${path.slice(path.indexOf('?'))}`;
  }, [path]);
  const live = useLiveData(path, async (data) => {
    const picture = await createImageBitmap(new Blob([data as ArrayBuffer], { type: 'image/png' }));
    canvas.current?.getContext('2d')?.drawImage(picture, 0, 0);
  });
  return (
    <>
      <div class="videos">
        <figure>
          <canvas ref={canvas} width="160" height="90" role="img" aria-label={WORDS.socket[language]} />
          <figcaption>{WORDS.socket[language]}</figcaption>
        </figure>
        <figure>
          <img src={source.value} width="160" height="90" alt={WORDS.http[language]} />
          <figcaption>{WORDS.http[language]}</figcaption>
        </figure>
      </div>
      <LiveNotice live={live} language={language} />
    </>
  );
}

/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The page's WebSocket to its part. Messages are JSON, both ways. A connection that is lost is sought again until it
 * is back, a little less often each time, and the page says so meanwhile.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Language } from '../text.ts';

/** `connecting` is the first time only; afterwards it is `lost` until it is open again. */
export type LiveStatus = 'connecting' | 'open' | 'lost';

export interface Live {
  readonly status: ReadonlySignal<LiveStatus>;
  /** Why the lab has ended the last connection, in its words; empty if it did not say, and again once a message comes. */
  readonly reason: ReadonlySignal<string>;
  /** Sends JSON. @returns false if there is no connection; nothing is kept for later */
  send(message: unknown): boolean;
  /** Sends a text as it is. @returns as `send` */
  sendText(text: string): boolean;
}

/** Milliseconds before a lost connection is sought again, at first and at most. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;

/**
 * Connects while the view is shown.
 * @param path as in /ways/live
 * @param onMessage a message of the server; the first picture is not repeated, but what a new connection says at its start is
 */
export function useLive<Message>(path: string, onMessage: (message: Message) => void): Live {
  return useLiveData(path, (data) => onMessage(JSON.parse(data as string)));
}

/** The same for messages that are no JSON: text as it is, binary as an ArrayBuffer. */
export function useLiveData(path: string, onData: (data: string | ArrayBuffer) => void): Live {
  const live = useMemo(() => new LiveConnection(path), [path]);
  live.onData = onData;
  useEffect(() => {
    live.open();
    return () => live.close();
  }, [live]);
  return live;
}

/** What a reader is told of the connection: nothing while it stands. */
export function LiveNotice({ live, language }: { live: Live; language: Language }): VNode {
  return (
    <span class="notice" role="status">
      {noticeOf(live, language)}
    </span>
  );
}

function noticeOf({ status, reason }: Live, language: Language): string {
  if (reason.value !== '') return ENDED[language](reason.value);
  return status.value === 'lost' ? LOST[language](document.getElementById('view')!.dataset['call']!) : '';
}

const ENDED = {
  en: (reason: string) => `The lab has ended the connection: ${reason}. This page goes on by itself.`,
  ko: (reason: string) => `lab이 연결을 닫았습니다(${reason}). 이 페이지는 자동으로 이어집니다.`,
};
const LOST = {
  en: (call: string) => `The lab is not running; ${call} brings it back, and this page goes on by itself.`,
  ko: (call: string) =>
    `lab이 실행되고 있지 않습니다. 터미널에서 ${call} 명령으로 다시 띄우면 이 페이지가 자동으로 이어집니다.`,
};

/** The endpoint goes away (RFC 6455 7.4.1); that it is gone is what LOST says. */
const GOING_AWAY = 1001;

class LiveConnection implements Live {
  readonly status = signal<LiveStatus>('connecting');
  readonly reason = signal('');
  onData: (data: string | ArrayBuffer) => void = () => {};
  readonly #path: string;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = FIRST_PAUSE;

  constructor(path: string) {
    this.#path = path;
  }

  open(): void {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}${this.#path}`);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#pause = FIRST_PAUSE;
      this.status.value = 'open';
    };
    socket.onmessage = ({ data }) => {
      this.reason.value = '';
      this.onData(data);
    };
    socket.onclose = ({ code, reason }) => {
      this.reason.value = code === GOING_AWAY ? '' : reason;
      this.status.value = 'lost';
      // At random, or all tabs would come back in the same moment.
      this.#timer = setTimeout(() => this.open(), this.#pause * (0.5 + Math.random()));
      this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#socket === undefined) return;
    this.#socket.onclose = null;
    this.#socket.close();
  }

  send(message: unknown): boolean {
    return this.sendText(JSON.stringify(message));
  }

  sendText(text: string): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    return true;
  }
}

/**
 * The desk: the recording that lies open, the byte that is chosen, and how the bytes are cut. What the page shows of them is
 * computed here, by the real protocols, whenever one of them changes.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Text } from '../text.ts';
import { type Exchange, exchangeOf } from './catalogue.ts';
import type { Fault } from './fault.ts';
import { linkTo } from './permalink.ts';
import { type Place, type Reading, readingOf } from './reading.ts';
import { bytesOf, edited, type Recording, recut } from './recording.ts';
import { type Replay, replay } from './replay.ts';
import { recordingOf, type WireState } from './state.ts';

/** Where the recording that lies open is from; one of the catalogue by its id. */
export type Origin = { readonly exchange: string } | 'link' | 'paste' | 'live';

/** Id of the heading above what lies open. */
export const SHOWN = 'shown';

export class Desk {
  readonly recording: Signal<Recording>;
  readonly origin: Signal<Origin>;
  readonly chosen: Signal<Place | undefined> = signal(undefined);
  /** Bytes of a piece; 0: as they were sent. */
  readonly pieceSize: Signal<number> = signal(0);
  /** Of the catalogue, even if bytes of it were changed. */
  readonly exchange: ReadonlySignal<Exchange | undefined> = computed(() => {
    const origin = this.origin.value;
    return typeof origin === 'object' ? exchangeOf(origin.exchange) : undefined;
  });
  readonly isUdp: ReadonlySignal<boolean> = computed(() => this.exchange.value?.isUdp === true);
  readonly reading: ReadonlySignal<Reading | undefined> = computed(() =>
    readingOf(this.recording.value, this.isUdp.value),
  );
  readonly cut: ReadonlySignal<Recording> = computed(() =>
    this.pieceSize.value === 0 || this.isUdp.value
      ? this.recording.value
      : recut(this.recording.value, () => this.pieceSize.value),
  );
  /** What the protocols make of the bytes as they are cut now. */
  readonly replayed: ReadonlySignal<Replay | undefined> = computed(() =>
    this.isUdp.value ? undefined : replay(this.cut.value),
  );
  readonly link: ReadonlySignal<{ readonly query: string } | { readonly fault: Fault }> = computed(() => {
    const exchange = this.exchange.value;
    if (this.isUdp.value && this.isChanged.value) return { fault: noDatagrams };
    if (exchange === undefined || this.isChanged.value) return linkTo(this.recording.value);
    return { query: `exchange=${exchange.id}` };
  });
  /** How what was pasted was understood. */
  readonly readAs: Signal<Text | undefined> = signal(undefined);
  /** What was opened last, to go back to. */
  #opened: Recording;
  readonly isChanged: Signal<boolean> = signal(false);

  constructor(state: WireState) {
    this.#opened = recordingOf(state);
    this.recording = signal(this.#opened);
    this.origin = signal(state.exchange === undefined ? 'link' : { exchange: state.exchange });
  }

  open(recording: Recording, origin: Origin): void {
    this.#opened = recording;
    this.origin.value = origin;
    this.chosen.value = undefined;
    this.readAs.value = undefined;
    this.reset();
  }

  /** What comes next on the same connection. */
  append(recording: Recording): void {
    if (this.isUdp.value) return this.open(recording, 'paste');
    const { begins, passages: before } = this.recording.value;
    this.open({ begins, passages: [...before, ...recording.passages] }, 'paste');
  }

  /** Undoes all changes. */
  reset(): void {
    this.recording.value = this.#opened;
    this.isChanged.value = false;
    if (this.chosen.value !== undefined) this.choose(this.chosen.value);
  }

  /** @param place the nearest byte is taken if there is none */
  choose({ from, offset }: Place): void {
    const { length } = bytesOf(this.recording.value, from);
    this.chosen.value =
      length === 0 ? undefined : { from, offset: Math.max(0, Math.min(offset, length - 1)) };
  }

  /** Replaces as many bytes as `removed` from the place on. */
  edit({ from, offset }: Place, removed: number, by: Uint8Array): void {
    this.recording.value = edited(this.recording.value, from, offset, offset + removed, by);
    this.isChanged.value = true;
    this.choose({ from, offset });
  }
}

const noDatagrams: Fault = {
  code: 'link-of-datagrams',
  says: {
    en: 'A link holds the bytes of a connection, and not datagrams.',
    ko: '링크에는 연결로 오간 바이트만 담을 수 있고, 데이터그램은 담을 수 없습니다.',
  },
};

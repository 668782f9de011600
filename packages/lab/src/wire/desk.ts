/**
 * The desk: the recording that lies open, the byte that is chosen, and how the bytes are cut. What the page shows of them is
 * computed here, by the real protocols, whenever one of them changes.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { exchangeOf } from './catalogue.ts';
import type { Fault } from './fault.ts';
import { linkTo } from './permalink.ts';
import { type Place, type Reading, readingOf } from './reading.ts';
import { bytesOf, edited, type Recording, recut } from './recording.ts';
import { type Replay, replay } from './replay.ts';
import { recordingOf, type WireState } from './state.ts';

export class Desk {
  readonly recording: Signal<Recording>;
  /** Of the catalogue, as long as no byte of it was changed. */
  readonly exchange: Signal<string | undefined>;
  readonly chosen: Signal<Place | undefined> = signal(undefined);
  /** Bytes of a piece; 0: as they were sent. */
  readonly pieceSize: Signal<number> = signal(0);
  readonly isUdp: ReadonlySignal<boolean> = computed(
    () => this.exchange.value !== undefined && exchangeOf(this.exchange.value)?.isUdp === true,
  );
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
  readonly link: ReadonlySignal<{ readonly query: string } | { readonly fault: Fault }> = computed(() =>
    this.exchange.value === undefined
      ? linkTo(this.recording.value)
      : { query: `exchange=${this.exchange.value}` },
  );
  /** What was opened last, to go back to. */
  #opened: { recording: Recording; exchange: string | undefined };
  readonly isChanged: Signal<boolean> = signal(false);

  constructor(state: WireState) {
    this.#opened = { recording: recordingOf(state), exchange: state.exchange };
    this.recording = signal(this.#opened.recording);
    this.exchange = signal(state.exchange);
  }

  open(recording: Recording): void {
    this.#opened = { recording, exchange: undefined };
    this.chosen.value = undefined;
    this.reset();
  }

  /** Undoes all changes. */
  reset(): void {
    this.recording.value = this.#opened.recording;
    this.exchange.value = this.#opened.exchange;
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
    this.exchange.value = undefined;
    this.isChanged.value = true;
    this.choose({ from, offset });
  }
}

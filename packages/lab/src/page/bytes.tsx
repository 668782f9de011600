/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * Bytes in rows: where, in hexadecimal, and as text. Each byte has an address (#NAME/6) and is a link to it, so it can be
 * pointed at without a script; with one it is chosen by click and by the arrow keys.
 */
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';

export interface ByteRange {
  readonly start: number;
  /** The first byte after it. */
  readonly end: number;
  /** What a pointer and a screen reader are told of each of its bytes. */
  readonly label?: string;
}

export interface BytesProps {
  /** Unlike all others of the page: the first half of each byte's address. */
  readonly name: string;
  readonly bytes: ArrayLike<number>;
  /** Where the first of them stands among all that the address counts. 0. */
  readonly first?: number;
  /** In any order, also within each other: the narrowest that holds the chosen byte is marked. */
  readonly fields?: readonly ByteRange[];
  /** The chosen byte. */
  readonly selected?: number | undefined;
  readonly onSelect?: (offset: number) => void;
}

const ROW = 16;
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -ROW,
  ArrowDown: ROW,
};

export function Bytes({ name, bytes, first = 0, fields = [], selected, onSelect }: BytesProps): VNode {
  const end = first + bytes.length;
  const box = useRef<HTMLDivElement>(null);
  const marked = selected === undefined ? undefined : fieldAt(fields, selected);
  const choose = (event: Event, offset: number) => {
    if (onSelect === undefined) return; // the link does what links do
    event.preventDefault();
    box.current?.querySelector<HTMLElement>(`.hex [data-at="${offset}"]`)?.focus();
    onSelect(offset);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = (event.target as HTMLElement).dataset['at'];
    const step = STEPS[event.key];
    if (at === undefined || step === undefined) return;
    const next = Number(at) + step;
    if (next >= first && next < end) choose(event, next);
    else event.preventDefault();
  };
  const cell = (offset: number, isHex: boolean) => {
    const byte = bytes[offset - first]!;
    const field = fieldAt(fields, offset);
    const classes = [
      marked && offset >= marked.start && offset < marked.end ? 'in' : '',
      field?.end === offset + 1 ? 'end' : '',
    ];
    const address = `${name}/${offset}`;
    return (
      <a
        key={offset}
        id={isHex ? address : undefined}
        href={`#${address}`}
        class={classes.join(' ').trim() || undefined}
        title={field?.label}
        data-at={offset}
        aria-label={isHex ? `${offset}: ${hex(byte)}${field?.label ? `, ${field.label}` : ''}` : undefined}
        aria-current={offset === selected ? 'true' : undefined}
        tabIndex={isHex && offset === (selected ?? first) ? 0 : -1}
        onClick={(event) => choose(event, offset)}
      >
        {isHex ? hex(byte) : textOf(byte)}
      </a>
    );
  };
  const rows = Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, row) => first + row * ROW);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the links in it
    <div class="bytes" ref={box} onKeyDown={onKeyDown}>
      {rows.map((start) => {
        const offsets = Array.from({ length: Math.min(ROW, end - start) }, (_, i) => start + i);
        return (
          <div class="row" key={start}>
            <span class="at">{start}</span>
            <span class="hex">{offsets.map((offset) => cell(offset, true))}</span>
            <span class="text" aria-hidden="true">
              {offsets.map((offset) => cell(offset, false))}
            </span>
          </div>
        );
      })}
    </div>
  );
}

/** The narrowest field that holds the byte. */
function fieldAt(fields: readonly ByteRange[], offset: number): ByteRange | undefined {
  let narrowest: ByteRange | undefined;
  for (const field of fields) {
    if (offset < field.start || offset >= field.end) continue;
    if (narrowest === undefined || field.end - field.start < narrowest.end - narrowest.start)
      narrowest = field;
  }
  return narrowest;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** A letter of ASCII, or a dot in the middle for what is none. */
function textOf(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : byte === 0x20 ? '␣' : '·';
}

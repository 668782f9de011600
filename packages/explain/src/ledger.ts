/**
 * Ledger: the fields found so far in one direction. Each begins where the last one ends, and bit fields share their byte. So
 * the fields cover every byte exactly once, however they are found (test: `law 3: explain`).
 */
import type { Term } from './terms.ts';
import type { Text } from './text.ts';

export interface ExplainedField {
  /** Offset of its first byte in all bytes of this direction. */
  readonly start: number;
  /** One past the last byte. Equal to `start` if something is empty, such as a field value. */
  readonly end: number;
  /** If it is less than a byte: its first bit, and one past its last. Bit 0 is the highest, as RFC 6455 counts. */
  readonly bits?: readonly [start: number, end: number];
  /** In the words of the RFC: `method`, `field-value`, `chunk-size`, `opcode`, `Masking-key`. */
  readonly name: string;
  /** What the parser makes of it, one character for each octet, or text if `isText`; '' for a separator. */
  readonly value: string;
  /** The value is decoded UTF-8. */
  readonly isText?: true;
  /** If the bytes are masked: without their mask, one character for each. */
  readonly unmasked?: string;
  /** If the bytes are masked: which byte of the key the first of them was XORed with; the next ones follow in turn. */
  readonly keyIndex?: number;
  /** The section to read, as in `RFC 9112 7.1`. */
  readonly rule: string;
  /** Why it is there, in one or two sentences: what would go wrong without it, or what another value would mean. */
  readonly why: string;
  /** The same in Korean. The name has no translation: it is the RFC's. */
  readonly ko: { readonly value: string; readonly why: string };
  /** The `id` of its term: one for each reason, as in `opcode/text` or `field-value/host`; `terms` has all of them. */
  readonly term: string;
}

/** What a field shows instead of its bytes as they are. */
export type Shown = Partial<Pick<ExplainedField, 'isText' | 'unmasked' | 'keyIndex'>> & {
  value?: string | Text;
};

export class Ledger {
  /** The bytes from `offset` on, one character for each. */
  text = '';
  /** Offset of the first byte of `text`. */
  offset = 0;
  /** Where the next field begins. */
  at = 0;
  fields: ExplainedField[] = [];

  /** One past the last byte. */
  get end(): number {
    return this.offset + this.text.length;
  }

  slice(start: number, end: number): string {
    return this.text.slice(start - this.offset, end - this.offset);
  }

  /** Enters the field that ends at `end`; its value is its bytes unless said otherwise. */
  enter(term: Term, end: number, shown: Shown = {}): void {
    const { value = this.slice(this.at, end), ...more } = shown;
    this.fields.push({ start: this.at, end, ...said(term, value), ...more });
    this.at = end;
  }

  /** Enters a separator: it has no value. */
  enterSeparator(term: Term, end: number): void {
    this.enter(term, end, { value: '' });
  }

  /** As `enter`, but makes the last field longer if it has the same name: content that came in parts is one field. */
  extend(term: Term, end: number): void {
    const last = this.fields.at(-1);
    if (last?.term === term.id) {
      this.fields.pop();
      this.at = last.start;
    }
    this.enter(term, end);
  }

  /** Enters bits of the next byte; the byte is complete when `to` is 8. */
  enterBits(term: Term, from: number, to: number, value: string | Text): void {
    this.fields.push({ start: this.at, end: this.at + 1, bits: [from, to], ...said(term, value) });
    if (to === 8) this.at++;
  }

  /** Says of the last field what it means for what follows. */
  annotate(term: Term, value: Text): void {
    const last = this.fields.pop();
    if (last !== undefined) this.fields.push({ ...last, ...said(term, value) });
  }

  /** Takes out what is entered and forgets its bytes, so that a long connection needs no memory. */
  take(): { offset: number; text: string; fields: ExplainedField[] } {
    const { offset, fields } = this;
    const size = this.at - offset;
    const text = this.text.slice(0, size);
    this.text = this.text.slice(size);
    this.offset = this.at;
    this.fields = [];
    return { offset, text, fields };
  }
}

type Said = Pick<ExplainedField, 'name' | 'value' | 'rule' | 'why' | 'ko' | 'term'>;

/** @param value a string if it is the same in each language */
function said({ id, name, rule, why }: Term, value: string | Text): Said {
  const { en, ko } = typeof value === 'string' ? { en: value, ko: value } : value;
  return { name, value: en, rule, why: why.en, ko: { value: ko, why: why.ko }, term: id };
}

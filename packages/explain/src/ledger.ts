/**
 * Ledger: the fields found so far in one direction. Each begins where the last one ends, and bit fields share their byte. So
 * the fields cover every byte exactly once, however they are found (test: `law 3: explain`).
 */
import type { Term } from './terms.ts';

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
  /** The section to read, as in `RFC 9112 7.1`. */
  readonly rule: string;
  /** Why it is there, in one sentence. */
  readonly why: string;
}

/** What a field shows instead of its bytes as they are. */
export type Shown = Partial<Pick<ExplainedField, 'value' | 'isText' | 'unmasked'>>;

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
    this.fields.push({ start: this.at, end, ...term, value: this.slice(this.at, end), ...shown });
    this.at = end;
  }

  /** Enters a separator: it has no value. */
  enterSeparator(term: Term, end: number): void {
    this.enter(term, end, { value: '' });
  }

  /** As `enter`, but makes the last field longer if it has the same name: content that came in parts is one field. */
  extend(term: Term, end: number): void {
    const last = this.fields.at(-1);
    if (last?.name === term.name) {
      this.fields.pop();
      this.at = last.start;
    }
    this.enter(term, end);
  }

  /** Enters bits of the next byte; the byte is complete when `to` is 8. */
  enterBits(term: Term, from: number, to: number, value: string): void {
    this.fields.push({ start: this.at, end: this.at + 1, bits: [from, to], ...term, value });
    if (to === 8) this.at++;
  }

  /** Says of the last field what it means for what follows, with another rule and another reason. */
  annotate({ rule, why }: Omit<Term, 'name'>, value: string): void {
    const last = this.fields.pop();
    if (last !== undefined) this.fields.push({ ...last, value, rule, why });
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

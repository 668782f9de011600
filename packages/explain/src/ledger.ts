/**
 * Ledger: the fields found so far in one direction. Each begins where the last one ends, bit fields within their byte, so
 * that however they are found they cover every byte exactly once (test: `law 3: explain`).
 */
import type { Term } from './terms.ts';

export interface ExplainedField {
  /** Place of the first byte in all the bytes of this direction, from 0. */
  readonly start: number;
  /** One past the last byte. Equal to `start` if something is empty, such as a field value. */
  readonly end: number;
  /** If it is less than a byte: from which bit to before which, bit 0 on top as RFC 6455 counts. */
  readonly bits?: readonly [start: number, end: number];
  /** In the words of the RFC: `method`, `field-value`, `chunk-size`, `opcode`, `Masking-key`. */
  readonly name: string;
  /** What the parser makes of it, one character for each octet; text if `isText`; '' for what only separates. */
  readonly value: string;
  /** The value is text that was decoded from UTF-8. */
  readonly isText?: true;
  /** The bytes without their mask, one character for each, if they were masked. */
  readonly unmasked?: string;
  /** The section to read, as in `RFC 9112 7.1`. */
  readonly rule: string;
  /** Why it is there, in one sentence. */
  readonly why: string;
}

/** What a field says, if that is not its bytes as they are. */
export type Shown = Partial<Pick<ExplainedField, 'value' | 'isText' | 'unmasked'>>;

export class Ledger {
  /** The bytes from `offset` on, one character for each. */
  text = '';
  /** Place of the first byte of `text`. */
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

  /** Enters what only separates: it has no value. */
  enterSeparator(term: Term, end: number): void {
    this.enter(term, end, { value: '' });
  }

  /** As `enter`; but if the last field has the same name, it goes on: content that came in parts is one field. */
  extend(term: Term, end: number): void {
    const last = this.fields.at(-1);
    if (last?.name === term.name) {
      this.fields.pop();
      this.at = last.start;
    }
    this.enter(term, end);
  }

  /** Enters bits of the next byte; it is done when `to` is 8. */
  enterBits(term: Term, from: number, to: number, value: string): void {
    this.fields.push({ start: this.at, end: this.at + 1, bits: [from, to], ...term, value });
    if (to === 8) this.at++;
  }

  /** Says what the last field means for what follows: another rule, and another reason. */
  annotate({ rule, why }: Omit<Term, 'name'>, value: string): void {
    const last = this.fields.pop();
    if (last !== undefined) this.fields.push({ ...last, value, rule, why });
  }

  /** Takes out what is entered and forgets its bytes, so that a long connection can be followed. */
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

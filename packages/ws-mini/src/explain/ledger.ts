// The fields found so far. Each begins where the last one ends, bit fields within their byte, so that
// however they are found they cover every byte exactly once (test: "law 3: ws-mini explain").

export interface ExplainedField {
  /** Place of the first byte in all the bytes, from 0. */
  readonly start: number;
  /** One past the last byte. Equal to `start` where something is empty, such as a header field's value. */
  readonly end: number;
  /** Where it is less than a byte: from which bit to before which, bit 0 on top as the RFC counts. */
  readonly bits?: readonly [start: number, end: number];
  /** In the RFC's words: `FIN`, `opcode`, `Masking-key`, `Payload data`, `field-name`. */
  readonly name: string;
  /** What the decoder makes of it. Text as text; other bytes one character for each. */
  readonly value: string;
  /** The bytes without their mask, one character for each, where they were masked. */
  readonly unmasked?: string;
  /** The section to read, as in `RFC 6455 5.2`. */
  readonly rule: string;
}

export class Ledger {
  /** The bytes from `offset` on, one character for each. */
  text = '';
  /** Place of the first byte of `text` in all the bytes. */
  offset = 0;
  /** Where the next field begins, in all the bytes. */
  at = 0;
  fields: ExplainedField[] = [];

  /** One past the last byte, in all the bytes. */
  get end(): number {
    return this.offset + this.text.length;
  }

  /** Enters the field that ends at `end`; its value is its bytes unless said otherwise. */
  enter(name: string, end: number, rule: string, value?: string, unmasked?: string): void {
    const text = value ?? this.text.slice(this.at - this.offset, end - this.offset);
    const field = { start: this.at, end, name, value: text, rule };
    this.fields.push(unmasked === undefined ? field : { ...field, unmasked });
    this.at = end;
  }

  /** Enters bits of the next byte; the last of them has been reached when `to` is 8. */
  enterBits(name: string, from: number, to: number, rule: string, value: string): void {
    this.fields.push({ start: this.at, end: this.at + 1, bits: [from, to], name, value, rule });
    if (to === 8) this.at++;
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

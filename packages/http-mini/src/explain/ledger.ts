/**
 * Ledger: the fields found so far. Each one begins where the last one ends, so that however they are found they cover
 * every byte exactly once (test: `law 3: http-mini explain`).
 */

export interface ExplainedField {
  /** Place of the first byte in all the bytes, from 0. */
  readonly start: number;
  /** One past the last byte. Equal to `start` where something is empty, such as a field value. */
  readonly end: number;
  /** In the words of the RFC's grammar: `method`, `field-value`, `chunk-size`, `CRLF`. */
  readonly name: string;
  /** What the parser makes of the bytes, one character for each octet; '' where they only separate. */
  readonly value: string;
  /** The section to read, as in `RFC 9112 7.1`. */
  readonly rule: string;
}

export class Ledger {
  /** All the bytes, one character for each. */
  readonly text: string;
  readonly fields: ExplainedField[] = [];
  /** Where the next field begins. */
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Enters the field that ends at `end`; its value is its bytes unless said otherwise. */
  enter(name: string, end: number, rule: string, value: string = this.text.slice(this.at, end)): void {
    this.fields.push({ start: this.at, end, name, value, rule });
    this.at = end;
  }

  /** As `enter`; but where the last field has the same name, it goes on: content that came in parts is one field. */
  extend(name: string, end: number, rule: string): void {
    if (this.fields.at(-1)?.name === name) this.at = this.fields.pop()!.start;
    this.enter(name, end, rule);
  }

  /** Says more about the last field. */
  annotate(value: string, rule: string): void {
    this.fields.push({ ...this.fields.pop()!, value, rule });
  }
}

/**
 * ResponseFields: the header section that a handler gives, checked and as text, and what the server needs to know of it.
 * The fields that frame content and steer the connection are taken out: the server writes those itself.
 */
import { type HttpError, userError } from '../wire/errors.ts';
import { eachField, type FieldsInit, fieldLine } from '../wire/fields.ts';
import { parseLength } from '../wire/framing.ts';

export class ResponseFields {
  /** The field lines, without Content-Length and Connection. */
  text = '';
  hasDate = false;
  /** Whether Connection says close. */
  closes = false;
  /** Connection options other than close and keep-alive, each followed by ", ". */
  connection = '';
  contentLength: number | undefined;

  /** @throws HttpError `by: 'user'` for what must not be sent */
  constructor(headers: FieldsInit | undefined) {
    if (headers === undefined) return;
    if (typeof headers !== 'object' || headers === null) throw invalid(`headers of type ${typeof headers}`);
    eachField(headers, (name, value) => this.#add(name, value));
  }

  #add(name: string, value: string): void {
    const line = fieldLine(name, value);
    // The lengths of the names that matter here: most fields are passed on without another look.
    switch (name.length) {
      case 4:
        this.hasDate ||= name.toLowerCase() === 'date';
        break;
      case 7:
        // "A sender of Upgrade MUST also send an upgrade connection option" (rfc9110/7.8/connection-upgrade)
        if (name.toLowerCase() === 'upgrade') this.#addOption('Upgrade');
        break;
      case 10:
        if (name.toLowerCase() === 'connection') return this.#addConnection(value);
        break;
      case 14:
        if (name.toLowerCase() === 'content-length') return this.#setContentLength(value);
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') {
          // rfc9112/6.1/chunked-twice, rfc9112/6.1/response-chunked-last, rfc9112/6.2/send-both
          throw invalid('Transfer-Encoding is chosen by the server: leave it out');
        }
        break;
    }
    this.text += line;
  }

  #addConnection(value: string): void {
    for (const option of value.split(',')) {
      const lower = option.trim().toLowerCase();
      if (lower === 'close') this.closes = true;
      // rfc9110/5.6.1/send-empty-element, rfc9110/7.6.1/hop-by-hop
      else if (lower !== '' && lower !== 'keep-alive') this.#addOption(option.trim());
    }
  }

  #addOption(option: string): void {
    if (!this.connection.toLowerCase().split(', ').includes(option.toLowerCase())) {
      this.connection += `${option}, `;
    }
  }

  #setContentLength(value: string): void {
    if (this.contentLength !== undefined) throw invalid('Content-Length is given twice'); // rfc9110/5.3/repeat
    try {
      this.contentLength = parseLength(value);
    } catch {
      throw invalid(`${JSON.stringify(value)} is not a Content-Length`);
    }
  }
}

function invalid(message: string): HttpError {
  return userError('invalid-response', message);
}

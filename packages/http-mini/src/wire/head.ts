/**
 * RequestHead and ResponseHead: what a complete head becomes. They decide once what its fields mean together (Host, framing,
 * persistence, expectation), before the caller sees the head (rfc9110/5.3/whole-section).
 */
import { HttpError, shown } from './errors.ts';
import { type Fields, splitList } from './fields.ts';
import { type Framing, requestFraming, responseFraming, type Version } from './framing.ts';
import { CONNECTION, EXPECT, HOST, type Section, UPGRADE } from './section.ts';
import { isHost, parseTarget, type Target } from './target.ts';

export class RequestHead {
  readonly type = 'head';
  readonly method: string;
  /** As sent; `form` has its parts. */
  readonly target: string;
  /** The version by whose rules to treat the request: 1.1 for every 1.x above 1.0 (rfc9110/6.2/minor-version). */
  readonly version: Version;
  readonly framing: Framing;
  /** Whether the connection may be used again after this exchange (RFC 9112 9.3). */
  readonly isPersistent: boolean;
  /** Whether the client waits for 100 (Continue); an HTTP/1.0 client's Expect is ignored (rfc9110/10.1.1/continue-1.0). */
  readonly expectsContinue: boolean;
  /** Whether Expect asks for anything but 100-continue: answer it with 417 (rfc9110/10.1.1/expectation-417). */
  readonly hasUnknownExpectation: boolean;
  /** The scheme that an absolute target names, in lower case; undefined for other targets (RFC 9112 3.3). */
  readonly scheme: string | undefined;
  /** Where its parts lie in the stream. */
  readonly section: Section;
  #fields: Fields | undefined;
  #form: Target | undefined;

  /** @throws HttpError if the head breaks a rule about Host, framing or the target's form */
  constructor(section: Section) {
    const { text, startLine } = section;
    this.section = section;
    this.method = text.slice(startLine[0], startLine[1]);
    this.target = text.slice(startLine[2], startLine[3]);
    this.version = text.charCodeAt(startLine[5]! - 1) === ZERO ? '1.0' : '1.1';
    // The line reader has checked an origin form, so it is parsed when needed; every other form has more rules to check.
    const isOrigin = this.method !== 'CONNECT' && this.target.charCodeAt(0) === SLASH;
    this.scheme = isOrigin ? undefined : this.form.scheme;
    checkHost(section, this.version);
    this.framing = requestFraming(this.version, section);
    this.isPersistent = isPersistent(this.version, section);
    const expect = this.version === '1.0' ? undefined : section.value(EXPECT);
    this.expectsContinue = expect?.toLowerCase() === '100-continue';
    this.hasUnknownExpectation = expect !== undefined && !this.expectsContinue;
  }

  get fields(): Fields {
    return (this.#fields ??= this.section.fields);
  }

  /** The target's form and parts (RFC 9112 3.2). */
  get form(): Target {
    const { offset, startLine } = this.section;
    return (this.#form ??= parseTarget(this.method, this.target, offset + startLine[2]!));
  }

  /** host and port. If the target is absolute, they come from it and Host is ignored (rfc9112/3.2.2/absolute-over-host). */
  get authority(): string {
    return this.form.authority ?? this.section.value(HOST) ?? '';
  }

  /**
   * The protocols that the client offers to change to, in its order; none in HTTP/1.0 or without Connection: upgrade
   * (rfc9110/7.8/upgrade-1.0).
   */
  get upgrade(): string[] {
    const protocols = this.section.value(UPGRADE);
    if (protocols === undefined || this.version === '1.0' || !hasOption(this.section, 'upgrade')) return [];
    return splitList(protocols);
  }
}

export class ResponseHead {
  /** `information` for a 1xx, because another response follows it; but a 101 is final (rfc9110/15.2/parse-1xx). */
  readonly type: 'head' | 'information';
  readonly version: Version;
  readonly status: number;
  readonly reason: string;
  readonly framing: Framing;
  /** Whether the connection may be used again; it may not after content that lasts until close (RFC 9112 9.3, 6.3). */
  readonly isPersistent: boolean;
  readonly section: Section;
  #fields: Fields | undefined;

  /** @param method of the request that this response answers */
  constructor(section: Section, method: string) {
    const { text, startLine } = section;
    this.section = section;
    this.version = text.charCodeAt(startLine[1]! - 1) === ZERO ? '1.0' : '1.1';
    this.status = Number(text.slice(startLine[2], startLine[3]));
    this.reason = text.slice(startLine[4], startLine[5]);
    this.type = this.status < 200 && this.status !== 101 ? 'information' : 'head';
    this.framing = responseFraming(this.version, method, this.status, section);
    this.isPersistent = this.framing.kind !== 'until-close' && isPersistent(this.version, section);
  }

  get fields(): Fields {
    return (this.#fields ??= this.section.fields);
  }

  /**
   * Seconds for which the server keeps the connection unused, as Keep-Alive says; undefined if it does not. The field is
   * older than RFC 9110 and not in it (RFC 2068 19.7.1), but many servers send it, and mean it.
   */
  get keepAliveTimeout(): number | undefined {
    const seconds = KEEP_ALIVE_TIMEOUT.exec(this.fields.get('keep-alive') ?? '')?.[1];
    return seconds === undefined ? undefined : Number(seconds);
  }
}

const KEEP_ALIVE_TIMEOUT = /(?:^|[,;])[ \t]*timeout[ \t]*=[ \t]*"?(\d+)/i;
const ZERO = 0x30;
const SLASH = 0x2f;

/** "A server MUST respond with 400 to any HTTP/1.1 request that lacks a Host, has more than one, or an invalid one" (RFC 9112 3.2). */
function checkHost(section: Section, version: Version): void {
  const host = section.value(HOST);
  if (host === undefined && version === '1.0') return;
  const message = 'the request has no Host'; // rfc9112/3.2/host-missing
  if (host === undefined) throw new HttpError('host-missing', message, { offset: section.offset });
  if (host === lastSoundHost) return; // so it is one line: two would read "a, b", which is never sound
  const offset = section.valueOffset(HOST);
  if (section.isRepeated(HOST))
    throw new HttpError('host-repeated', 'the request has more than one Host', { offset }); // rfc9112/3.2/host-repeated
  // rfc9112/3.2/host-invalid
  if (!isHost(host)) throw new HttpError('invalid-host', `${shown(host)} is not host[:port]`, { offset });
  lastSoundHost = host;
}

// Nearly every request names the same host as the one before it, and checking a host takes a large part of a small head's time.
let lastSoundHost = '';

/** RFC 9112 9.3: close wins; otherwise 1.1 persists, and 1.0 persists if it says keep-alive (rfc9112/9.3/persist). */
function isPersistent(version: Version, section: Section): boolean {
  if (section.known[CONNECTION]! < 0) return version === '1.1';
  if (hasOption(section, 'close')) return false;
  return version === '1.1' || hasOption(section, 'keep-alive');
}

function hasOption(section: Section, option: string): boolean {
  const value = section.value(CONNECTION)?.toLowerCase();
  if (value === undefined) return false;
  if (!value.includes(',')) return value.trim() === option; // the usual case needs no list
  // Not splitList: options are tokens (RFC 9110 7.6.1), so a quotation mark is a fault and must not hide the comma before
  // `close` (test: `a quotation mark hides no connection option`).
  return value.split(',').some((member) => member.trim() === option);
}

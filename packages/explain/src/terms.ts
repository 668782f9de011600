/**
 * Terms: the words for what can stand in the bytes, each with the section that defines it and, in one plain sentence, why it
 * is there. Header fields have a file of their own, `header-fields.ts`.
 */

export interface Term {
  /** In the words of the RFC. */
  readonly name: string;
  /** The section that defines it. */
  readonly rule: string;
  /** Why it is there. */
  readonly why: string;
}

export function term(name: string, rule: string, why: string): Term {
  return { name, rule, why };
}

// ── HTTP: start line and field lines ──

export const METHOD: Term = term('method', 'RFC 9110 9.1', 'Says what the client wants done.');
export const TARGET: Term = term(
  'request-target',
  'RFC 9112 3.2',
  'Names the resource that the request is about.',
);
export const VERSION: Term = term(
  'HTTP-version',
  'RFC 9112 2.3',
  'Tells the other side how the message is to be read, and what it may answer.',
);
export const STATUS: Term = term(
  'status-code',
  'RFC 9110 15',
  'Tells a program how the request went; the first digit is enough to act on.',
);
export const REASON: Term = term(
  'reason-phrase',
  'RFC 9112 4',
  'Tells a person how the request went; a client ignores it.',
);
export const FIELD_NAME: Term = term(
  'field-name',
  'RFC 9110 5.1',
  'Says what the value means; upper and lower case are the same.',
);
export const COLON: Term = term('colon', 'RFC 9112 5', 'Ends the field name.');
export const LINE_END: Term = term('CRLF', 'RFC 9112 2.2', 'Ends the line.');
export const OWS: Term = term('OWS', 'RFC 9112 5', 'Whitespace around a field value; it means nothing.');
export const REQUEST_SPACE: Term = term('SP', 'RFC 9112 3', 'Separates the parts of the request line.');
export const STATUS_SPACE: Term = term('SP', 'RFC 9112 4', 'Separates the parts of the status line.');

export const TRAILER_NAME: Term = term(
  'trailer field-name',
  'RFC 9110 6.5',
  'Says what the value means; it comes behind the content since it was not known before.',
);

// ── HTTP: content ──

export const CONTENT: Term = term(
  'content',
  'RFC 9112 6',
  'What the message carries; Content-Type says how to read it.',
);
export const CHUNK_SIZE: Term = term(
  'chunk-size',
  'RFC 9112 7.1',
  'Says in hexadecimal how many bytes the chunk has; 0 ends the content.',
);
export const CHUNK_EXTENSION: Term = term(
  'chunk-ext',
  'RFC 9112 7.1.1',
  'Says something about this chunk; a recipient ignores what it does not know.',
);
export const CHUNK_DATA: Term = term('chunk-data', 'RFC 9112 7.1', 'One piece of the content.');
export const CHUNK_LINE_END: Term = term('CRLF', 'RFC 9112 7.1', 'Ends the line with the size of the chunk.');
export const CHUNK_END: Term = term(
  'CRLF',
  'RFC 9112 7.1',
  'Ends the chunk: were it missing, the size would be wrong.',
);

// ── HTTP: what the empty line means for what follows ──

export const NO_CONTENT_FOLLOWS: Omit<Term, 'name'> = {
  rule: 'RFC 9112 6.3',
  why: 'Ends the head, and the message: its method, status and fields leave no content to come.',
};
export const LENGTH_FOLLOWS: Omit<Term, 'name'> = {
  rule: 'RFC 9112 6.3',
  why: 'Ends the head; Content-Length has said where the content ends.',
};
export const CHUNKS_FOLLOW: Omit<Term, 'name'> = {
  rule: 'RFC 9112 6.3',
  why: 'Ends the head; Transfer-Encoding has said that the content comes in chunks, each with its size.',
};
export const CLOSE_FOLLOWS: Omit<Term, 'name'> = {
  rule: 'RFC 9112 6.3',
  why: 'Ends the head; no field says where the content ends, so it ends with the connection.',
};
export const FINAL_FOLLOWS: Omit<Term, 'name'> = {
  rule: 'RFC 9110 15.2',
  why: 'Ends an interim response: it informs, and does not answer yet.',
};
export const TRAILERS_END: Omit<Term, 'name'> = {
  rule: 'RFC 9112 7.1.2',
  why: 'Ends the trailer section, and with it the message.',
};
export const FRAMES_FOLLOW: Omit<Term, 'name'> = {
  rule: 'RFC 6455 1.2',
  why: 'Ends the opening handshake; from here on the connection speaks WebSocket.',
};
export const FRAMES_MAY_FOLLOW: Omit<Term, 'name'> = {
  rule: 'RFC 6455 4.1',
  why: 'Ends the request for a WebSocket; the client sends no frame before the server has accepted.',
};
export const SWITCH_FOLLOWS: Omit<Term, 'name'> = {
  rule: 'RFC 9110 7.8',
  why: 'Ends the last head of HTTP; from here on the connection speaks the protocol that Upgrade names.',
};
export const TUNNEL_FOLLOWS: Omit<Term, 'name'> = {
  rule: 'RFC 9110 9.3.6',
  why: 'Ends the head; a successful CONNECT makes the connection a tunnel.',
};

// ── WebSocket ──

export const FIN: Term = term('FIN', 'RFC 6455 5.2', 'Says whether the message ends with this frame.');
export const RSV: Term = term('RSV1-3', 'RFC 6455 5.2', 'Kept for extensions: 0 unless one was agreed on.');
export const RSV_COMPRESSED: Term = term(
  'RSV1-3',
  'RFC 7692 6',
  'RSV1 says that the message is compressed, as was agreed on by permessage-deflate.',
);
export const MASK: Term = term(
  'MASK',
  'RFC 6455 5.1',
  'Says whether a key follows: a client masks, a server does not.',
);
export const LENGTH: Term = term(
  'Payload length',
  'RFC 6455 5.2',
  'Says how many bytes of payload follow; 126 and 127 announce a longer number.',
);
export const EXTENDED_LENGTH: Term = term(
  'Extended payload length',
  'RFC 6455 5.2',
  'Says how many bytes of payload follow, since 7 bits are too few for it.',
);
export const MASKING_KEY: Term = term(
  'Masking-key',
  'RFC 6455 5.3',
  'Is XORed with the payload, so that no script can choose the bytes that a proxy sees.',
);
export const CLOSE_CODE: Term = term(
  'status code',
  'RFC 6455 7.4',
  'Tells a program why the connection is closed.',
);
export const CLOSE_CODE_BEGUN: Term = term(
  'status code (begun)',
  'RFC 6455 5.5.1',
  'Has two bytes, and only one has come.',
);
export const CLOSE_REASON: Term = term(
  'reason',
  'RFC 6455 5.5.1',
  'Tells whoever looks for a fault why the connection is closed; it is not meant for users.',
);
export const INFLATED_PAYLOAD: Term = term(
  'Payload data',
  'RFC 7692 7.2.2',
  'The end of a compressed message: now it can be inflated and read.',
);

/** An opcode says what a frame is, and thereby what its payload is. */
export interface Opcodes {
  readonly name: string;
  readonly opcode: Term;
  readonly payload: Term;
}

function frameType(name: string, rule: string, opcode: string, payload: string): Opcodes {
  return { name, opcode: term('opcode', rule, opcode), payload: term('Payload data', rule, payload) };
}

export const FRAME_TYPES: ReadonlyMap<number, Opcodes> = new Map([
  [
    0,
    frameType(
      'continuation',
      'RFC 6455 5.4',
      'Goes on with the message that a frame before began.',
      'Goes on with the message that a frame before began.',
    ),
  ],
  [
    1,
    frameType(
      'text',
      'RFC 6455 5.6',
      'Begins a message of text, which must be UTF-8.',
      'What the application says, as UTF-8.',
    ),
  ],
  [
    2,
    frameType(
      'binary',
      'RFC 6455 5.6',
      'Begins a message of bytes, which only the application understands.',
      'What the application says, as bytes.',
    ),
  ],
  [
    8,
    frameType(
      'Close',
      'RFC 6455 5.5.1',
      'Begins the closing handshake, or answers it; no data follow.',
      'Why the connection is closed.',
    ),
  ],
  [
    9,
    frameType(
      'Ping',
      'RFC 6455 5.5.2',
      'Asks for a Pong, to see that the other side is still there.',
      'Comes back in the Pong, so that one knows which Ping is answered.',
    ),
  ],
  [
    10,
    frameType(
      'Pong',
      'RFC 6455 5.5.3',
      'Answers a Ping, or says unasked that this side is still there.',
      'What came in the Ping that is answered.',
    ),
  ],
]);

export const RESERVED_TYPE: Opcodes = frameType(
  'reserved',
  'RFC 6455 5.2',
  'Has no meaning yet: who receives it must fail the connection.',
  'Belongs to a frame that has no meaning yet.',
);

// ── What is no field ──

export const OTHER_PROTOCOL: Term = term(
  'another protocol',
  'RFC 9110 7.8',
  'Behind a switch of protocols the bytes are no longer HTTP.',
);
export const DISCARDED: Term = term(
  'discarded',
  'RFC 6455 1.4',
  'Behind a Close, whatever comes is discarded.',
);
export const HEADER_BEGUN: Term = term(
  'frame header (begun)',
  'RFC 6455 5.2',
  'Its length is in its first two bytes; the rest has not come.',
);

/** @param rule the one that is broken */
export function unread(rule: string): Term {
  return term('unread', rule, 'A rule is broken before it, so nobody can tell what these bytes are.');
}

/** Something whose end has not come. */
export function begun(name: string, rule: string): Term {
  return term(`${name} (begun)`, rule, 'It is read as a whole, and its end has not come.');
}

/**
 * http-mini/wire: HTTP/1.1 without I/O. Bytes in, events out; values in, text out. For experiments, for tests, and for
 * programs that bring their own transport.
 */
export { isFieldValue, isToken, latin1, octets } from './characters.ts';
export { ChunkedDecoder, ChunkedEncoder } from './chunked.ts';
export {
  ClientProtocol,
  type ClientProtocolOptions,
  type ClientState,
  type Failed,
} from './client-protocol.ts';
export {
  type ChunkExtensions,
  type ContentDecoder,
  type ContentEncoder,
  type ContentEvent,
  type ContentPart,
  contentEncoder,
  type End,
  LengthDecoder,
  LengthEncoder,
  UntilCloseDecoder,
  UntilCloseEncoder,
} from './content.ts';
export { formatDate, parseDate } from './date.ts';
export { encodeFields, encodeRequestHead, encodeResponseHead } from './encoder.ts';
export { type Fault, HttpError, type HttpErrorCode, reasonOf, shown, shownUrl } from './errors.ts';
export { Fields, type FieldsInit, splitList, unquote, valueAt } from './fields.ts';
export { type Framing, requestFraming, responseFraming, type Version } from './framing.ts';
export { RequestHead, ResponseHead } from './head.ts';
export { Input } from './input.ts';
export { Output } from './output.ts';
export {
  contentDecoder,
  type ParserOptions,
  type RequestEvent,
  RequestParser,
  type ResponseEvent,
  ResponseParser,
} from './parser.ts';
export { REASONS } from './reasons.ts';
export { type EncodedRequest, encodeRequest, type OutgoingRequest } from './request.ts';
export { type OutgoingResponse, StatusLines } from './response.ts';
export type { Leniency, ParserObserver, Section } from './section.ts';
export {
  type Refused,
  ServerProtocol,
  type ServerProtocolOptions,
  type ServerState,
} from './server-protocol.ts';
export { isHost, parseTarget, type Target, targetOf } from './target.ts';

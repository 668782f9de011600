// The protocol without I/O: bytes in, events out; values in, bytes out. It runs in a browser. Use it for
// experiments, too: it builds any bytes that you want, right or wrong.

export { decodeUtf8, encodeUtf8, isUtf8 } from './bytes.ts';
export {
  type CloseBody,
  closeCodes,
  decodeClose,
  encodeClose,
  isCloseCode,
  sendableCode,
} from './close.ts';
export {
  acceptDeflate,
  agreeOnDeflate,
  type DeflateAgreement,
  type DeflateWishes,
  offerDeflate,
} from './deflate-params.ts';
export {
  isWebSocketError,
  WebSocketError,
  type WebSocketErrorCode,
  type WebSocketErrorDetails,
} from './errors.ts';
export { type Extension, formatExtensions, parseExtensions } from './extensions.ts';
export {
  encodeFrame,
  FrameDecoder,
  type FrameHeader,
  type FrameInit,
  type FramePiece,
  type FrameRules,
  Opcode,
  RSV1,
} from './frame.ts';
export {
  acceptFields,
  acceptFor,
  asBrowsersAsk,
  type ClientHandshake,
  encodeOpeningRequest,
  type HandshakeHead,
  keyFrom,
  type OpeningRequest,
  type OpeningResponse,
  pathOf,
  readOpeningRequest,
  readOpeningResponse,
  refusalFields,
} from './handshake.ts';
export { mask } from './mask.ts';
export { type Message, MessageAssembler, type MessagePart } from './message.ts';
export { Protocol, type ProtocolEvent, type ProtocolOptions, type ProtocolState } from './protocol.ts';
export { parseWebSocketUrl, type WebSocketUrl } from './url.ts';
export { Utf8Validator } from './utf8.ts';

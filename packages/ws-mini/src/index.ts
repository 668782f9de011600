// ws-mini: WebSocket (RFC 6455) on node:net. A client is the browser's `WebSocket`, or a `Connection` that
// `connect` gives. A server is a `WebSocketServer`, which holds Connections. 'ws-mini/wire' has the protocol
// alone, without I/O.

// The declarations name types of Node, and TypeScript 6 and later load @types/node only if they are asked to.
/// <reference types="node" preserve="true" />

export { type ClientOptions, connect, HandshakeError, type HandshakeResponse } from './client.ts';
export { Connection } from './connection/connection.ts';
export type { DeflateOptions } from './connection/deflate.ts';
export { inflater } from './connection/inflate.ts';
export type { MessageStream } from './connection/message-stream.ts';
export type { Observation, Observer } from './connection/observe.ts';
export type { CloseInfo, ConnectionEvents, SendOptions } from './connection/options.ts';
export type { Verdict } from './server/negotiation.ts';
export type { RequestOptions, WebSocketServerEvents, WebSocketServerOptions } from './server/options.ts';
export { WebSocketServer } from './server/server.ts';
export { CloseEvent, ErrorEvent } from './whatwg/events.ts';
export { type WebSocketOpenInfo, WebSocketStream } from './whatwg/stream.ts';
export { type BinaryType, WebSocket } from './whatwg/websocket.ts';
export type { WebSocketCloseInfo } from './wire/close-info.ts';
export { type OpeningRequest, WebSocketError, type WebSocketErrorCode } from './wire/index.ts';

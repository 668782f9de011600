/** http-mini: HTTP/1.1 on node:net. The server and the client are here; `http-mini/wire` has the protocol alone, without I/O. */

// The declarations name types of Node, and TypeScript 6 and later load @types/node only if they are asked to.
/// <reference types="node" preserve="true" />

export { Client, type RedirectOptions, request } from './client/client.ts';
export type {
  ClientEvent,
  ClientOptions,
  Connect,
  RequestBody,
  RequestOptions,
  SocketOptions,
  TargetOptions,
  TlsClientOptions,
} from './client/options.ts';
export type { Origin } from './client/origin.ts';
export { ClientResponse } from './client/response.ts';
export type { Body, TypedBody } from './io/body.ts';
export type { TakeOver } from './server/connection.ts';
export { type Handler, type HttpResponse, switchProtocols } from './server/exchange.ts';
export { answersFor } from './server/hosts.ts';
export type { ServerEvent, ServerOptions } from './server/options.ts';
export type { HttpRequest, Remote } from './server/request.ts';
export { createServer, type HttpServer, type ListenOptions } from './server/server.ts';
export { HttpError, type HttpErrorCode } from './wire/errors.ts';
export { Fields, type FieldsInit } from './wire/fields.ts';

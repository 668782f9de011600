/** What is public: the server, the client, messages in a stream, and the life of a socket. */

// The declarations name types of Node, and TypeScript 6 and later load @types/node only if they are asked to.
/// <reference types="node" preserve="true" />

export { type ConnectOptions, connect, type EchoClient } from './client.ts';
export { EchoError, type EchoErrorCode } from './errors.ts';
export * from './framing.ts';
export {
  describe,
  type Endpoint,
  formatEndpoint,
  type LifecycleEvent,
  type ObserveOptions,
  type Stage,
} from './lifecycle.ts';
export { createEchoServer, type EchoServer, type EchoServerOptions } from './server.ts';

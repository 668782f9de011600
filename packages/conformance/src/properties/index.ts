/**
 * All properties, by who is asked: the wire alone, one end alone, then pair by pair. Pairs of two oracles are among them:
 * what fails there is the property's own fault.
 */

import * as delivery from '../peers/delivery.ts';
import { netEchoClient, netEchoServer, tcpEchoClient, tcpEchoServer } from '../peers/echo.ts';
import { undiciFetch, undiciRequest } from '../peers/http-clients.ts';
import { httpMiniClient } from '../peers/http-mini-client.ts';
import { httpMiniServer, nodeServer } from '../peers/http-servers.ts';
import { nodeClient } from '../peers/node-client.ts';
import {
  undiciWebSocket,
  wsClient,
  wsMiniClient,
  wsMiniConnect,
  wsMiniStreamsConnect,
} from '../peers/websocket-clients.ts';
import type { WebSocketClientPeer, WebSocketServerPeer } from '../peers/websocket-peer.ts';
import { wsMiniServer, wsMiniStreamsServer, wsServer } from '../peers/websocket-servers.ts';
import { senders } from '../peers/ws-mini-senders.ts';
import { endProperties, wireProperties } from './alone.ts';
import { answering, answersArrive } from './answers.ts';
import { contentArrives } from './delivery.ts';
import { differentialProperties } from './differential.ts';
import { bytesComeBack, closingLosesNothing } from './echo.ts';
import { wsMiniWritesWsReads, wsWritesWsMiniReads } from './frames.ts';
import { conversationsArrive, writtenRequestsAreParsed } from './http.ts';
import { breakingOffIsNoticed } from './http-broken.ts';
import type { Property } from './property.ts';
import { acceptedArrives } from './sending.ts';
import { contentTakesTime, messagesTakeTime } from './slow-link.ts';
import { goodbyesArrive, messagesComeBack } from './websocket.ts';
import { closingsAgree } from './websocket-closing.ts';

export interface Group {
  /** Of the table. */
  readonly title: string;
  readonly properties: readonly Property[];
}

export const webSocketPairs: readonly (readonly [WebSocketClientPeer, WebSocketServerPeer])[] = [
  ...[wsClient, undiciWebSocket, wsMiniClient, wsMiniConnect].map(
    (client) => [client, wsMiniServer] as const,
  ),
  ...[wsMiniConnect, wsMiniClient, undiciWebSocket, wsClient].map((client) => [client, wsServer] as const),
];

const httpClients = [undiciRequest, undiciFetch, nodeClient, httpMiniClient];
const httpPairs = [
  ...httpClients.map((client) => [client, httpMiniServer] as const),
  ...httpClients.toReversed().map((client) => [client, nodeServer] as const),
];

const deliveryPairs = [
  ...[delivery.undiciClient, delivery.nodeClient, delivery.httpMiniClient, delivery.oldClient].map(
    (client) => [client, delivery.httpMiniServer] as const,
  ),
  ...[delivery.httpMiniClient, delivery.nodeClient].map((client) => [client, delivery.nodeServer] as const),
];

/** Asked without a peer, or beside one. */
export const lawGroups: readonly Group[] = [
  { title: 'The wire alone', properties: wireProperties },
  { title: 'One end alone', properties: endProperties },
  { title: 'The same bytes', properties: differentialProperties },
];

export const pairGroups: readonly Group[] = [
  {
    title: 'Echo over TCP',
    properties: [bytesComeBack, closingLosesNothing].flatMap((ask) =>
      [tcpEchoClient, netEchoClient].flatMap((client) =>
        [tcpEchoServer, netEchoServer].map((server) => ask(client, server)),
      ),
    ),
  },
  {
    title: 'HTTP/1.1',
    properties: [
      ...httpPairs.map(([client, server]) => conversationsArrive(client, server)),
      ...httpPairs.map(([client, server]) => breakingOffIsNoticed(client, server)),
      ...httpClients.map((client) => writtenRequestsAreParsed(client, nodeServer)),
      ...deliveryPairs.map(([client, server]) => contentArrives(client, server)),
      contentTakesTime(delivery.undiciClient, delivery.httpMiniServer),
      contentTakesTime(delivery.oldClient, delivery.httpMiniServer),
    ],
  },
  {
    title: 'WebSocket',
    properties: [
      ...webSocketPairs.map(([client, server]) => messagesComeBack(client, server)),
      messagesComeBack(wsClient, wsMiniStreamsServer),
      messagesComeBack(wsMiniStreamsConnect, wsMiniStreamsServer),
      ...webSocketPairs.map(([client, server]) => goodbyesArrive(client, server)),
      ...webSocketPairs.map(([client, server]) => closingsAgree(client, server)),
      ...senders.map(acceptedArrives),
      ...senders.filter(({ hearsAll }) => hearsAll).map(messagesTakeTime),
      ...answering.map(answersArrive),
      wsWritesWsMiniReads,
      wsMiniWritesWsReads,
    ],
  },
];

export const groups: readonly Group[] = [...lawGroups, ...pairGroups];

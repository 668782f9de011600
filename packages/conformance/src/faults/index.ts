/** The known faults of each family. */
import type { Family } from '../probes/probe.ts';
import type { KnownFault } from './fault.ts';
import { httpClientFaults } from './http-client.ts';
import { httpServerFaults } from './http-server.ts';
import { websocketClientFaults } from './websocket-client.ts';
import { websocketServerFaults } from './websocket-server.ts';

export const faults: Readonly<Record<Family, readonly KnownFault[]>> = {
  'http-server': httpServerFaults,
  'http-client': httpClientFaults,
  'websocket-server': websocketServerFaults,
  'websocket-client': websocketClientFaults,
  'tcp-server': [],
};

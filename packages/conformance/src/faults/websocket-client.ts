/** What is known to be wrong of others' websocket clients; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

export const websocketClientFaults: readonly KnownFault[] = [];

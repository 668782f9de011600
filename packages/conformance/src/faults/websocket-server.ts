/** What is known to be wrong of others' websocket servers; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

export const websocketServerFaults: readonly KnownFault[] = [];

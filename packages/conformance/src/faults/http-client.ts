/** What is known to be wrong of others' http clients; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

export const httpClientFaults: readonly KnownFault[] = [];

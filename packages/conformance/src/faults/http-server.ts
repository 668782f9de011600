/** What is known to be wrong of others' http servers; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

export const httpServerFaults: readonly KnownFault[] = [];

/** All probes of a TCP server, contract by contract. */
import type { Probe } from '../probe.ts';
import type { ServerAddress } from '../wire-line.ts';
import { echo } from './echo.ts';
import { lengths } from './lengths.ts';
import { total } from './total.ts';

export const probes: readonly Probe<ServerAddress>[] = [...echo, ...lengths, ...total];

/** All that the RFCs ask, and our laws of a TCP server, by id. */
import { laws } from './laws.ts';
import type { Requirement } from './requirement.ts';
import { rfc862 } from './rfc862.ts';
import { rfc6455 } from './rfc6455.ts';
import { rfc7692 } from './rfc7692.ts';
import { rfc9110 } from './rfc9110.ts';
import { rfc9112 } from './rfc9112.ts';

export const requirements: ReadonlyMap<string, Requirement> = new Map(
  [...rfc9110, ...rfc9112, ...rfc6455, ...rfc7692, ...rfc862, ...laws].map((requirement) => [
    requirement.id,
    requirement,
  ]),
);

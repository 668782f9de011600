/**
 * All that http-mini and node:http are known to part on, with the same bytes. The first that fits a difference names it, so
 * the order counts: what is wrong in a request line comes before what its fields would add.
 */
import { ANSWERS } from './answers.ts';
import type { Deviation } from './deviation.ts';
import { FIELDS } from './fields.ts';
import { FRAMING } from './framing.ts';
import { REQUEST_LINE } from './request-line.ts';

export const DEVIATIONS: readonly Deviation[] = [...ANSWERS, ...REQUEST_LINE, ...FIELDS, ...FRAMING];

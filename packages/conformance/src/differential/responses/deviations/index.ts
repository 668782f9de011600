/**
 * All that http-mini's client is known to part on with undici's and node:http's, given the same bytes. The first that fits a
 * difference names it.
 */
import { CONNECTION } from './connection.ts';
import { CONTENT } from './content.ts';
import type { ResponseDeviation } from './deviation.ts';
import { FIELDS } from './fields.ts';
import { STATUS_LINE } from './status-line.ts';

export const DEVIATIONS: readonly ResponseDeviation[] = [
  ...FIELDS,
  ...STATUS_LINE,
  ...CONTENT,
  ...CONNECTION,
];

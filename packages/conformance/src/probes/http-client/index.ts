/** The probes of HTTP clients, chapter by chapter. */
import { chunkedCoding } from './chunked.ts';
import { type ClientProbe, clientProbe } from './client-probe.ts';
import { connection } from './connection.ts';
import { fields } from './fields.ts';
import { framing } from './framing.ts';
import { interim } from './interim.ts';
import { length } from './length.ts';
import { redirect } from './redirect.ts';
import { request } from './request.ts';
import { statusLine } from './status-line.ts';

export const probes: readonly ClientProbe[] = [
  statusLine,
  fields,
  length,
  framing,
  chunkedCoding,
  interim,
  connection,
  request,
  redirect,
].flatMap((rows) => rows.map(clientProbe));

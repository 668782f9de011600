/** All probes of an HTTP server, chapter by chapter. */
import type { Probe } from '../probe.ts';
import type { ServerAddress } from '../wire-line.ts';
import { chunked } from './chunked.ts';
import { chunkedBroken } from './chunked-broken.ts';
import { connection } from './connection.ts';
import { contentLength } from './content-length.ts';
import { expectations } from './expect.ts';
import { fields } from './fields.ts';
import { host } from './host.ts';
import { limits } from './limits.ts';
import { methods } from './methods.ts';
import { requestLine } from './request-line.ts';
import { response } from './response.ts';
import { slow } from './slow.ts';
import { target } from './target.ts';
import { transferEncoding } from './transfer-encoding.ts';
import { upgrade } from './upgrade.ts';

export const probes: readonly Probe<ServerAddress>[] = [
  ...requestLine,
  ...target,
  ...host,
  ...fields,
  ...contentLength,
  ...transferEncoding,
  ...chunked,
  ...chunkedBroken,
  ...connection,
  ...expectations,
  ...methods,
  ...response,
  ...limits,
  ...slow,
  ...upgrade,
];

/** The subjects by the name that the command knows them by. */
import { httpMini } from './http-mini.ts';
import { nodeHttp } from './node-http.ts';
import type { Subject } from './subject.ts';
import { ws } from './ws.ts';
import { wsMini } from './ws-mini.ts';

export const subjects: Readonly<Record<string, Subject>> = {
  'http-mini': httpMini,
  'node-http': nodeHttp,
  'ws-mini': wsMini,
  ws,
};

/** The probes that may be put to the rungs of each track. */
import { httpServerProbes, tcpServerProbes, websocketServerProbes } from 'conformance/asking';
import { TRACKS, type Track } from './ladder.ts';
import type { Rung, TrackName } from './rung.ts';

export interface AskedTrack extends Track {
  readonly family: 'http-server' | 'websocket-server' | 'tcp-server';
  readonly probes: typeof httpServerProbes;
}

export const ASKED: Readonly<Record<TrackName, AskedTrack>> = {
  tcp: { ...TRACKS.tcp, family: 'tcp-server', probes: tcpServerProbes },
  http: { ...TRACKS.http, family: 'http-server', probes: httpServerProbes },
  ws: { ...TRACKS.ws, family: 'websocket-server', probes: websocketServerProbes },
};

export function askedTrackOf(rung: Rung): AskedTrack {
  return ASKED[rung.track];
}

/**
 * The ladder as a whole: the tracks with their rungs, where their files are, and the record of what each rung holds. The record is
 * written by `npm run learn -- --scores --write`, never by hand. What is asked of a rung stands in `probes.ts`: who only shows the
 * ladder needs no probe.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rung, Text, TrackName } from './rung.ts';
import { http } from './tracks/http.ts';
import { tcp } from './tracks/tcp.ts';
import { ws } from './tracks/ws.ts';

export type { Rung, TrackName };

export interface Track {
  readonly rungs: readonly Rung[];
  /** The scheme of an address. */
  readonly scheme: string;
  /** What each server promises beside the protocol. None if each rung has a contract of its own. */
  readonly contract?: Text;
  /** Every rung is asked everything. If not, each has a contract of its own, and there are goals only. */
  readonly isScored: boolean;
}

export const TRACKS: Readonly<Record<TrackName, Track>> = {
  tcp: { rungs: tcp, scheme: 'tcp:', isScored: false },
  http: {
    rungs: http,
    scheme: 'http:',
    isScored: true,
    contract: {
      en: 'On each rung: GET is answered with 200 at any path, and from rung 4 on POST with 200 and the content that it sent.',
      ko: '어느 단계에서나 GET에는 경로와 상관없이 200으로, 4단계부터 POST에는 200과 보내온 본문으로 답합니다.',
    },
  },
  ws: {
    rungs: ws,
    scheme: 'ws:',
    isScored: true,
    contract: {
      en: 'On each rung: what can be read of a message goes back, with its type.',
      ko: '어느 단계에서나 읽을 수 있는 메시지는 같은 타입으로 돌려보냅니다.',
    },
  },
};

export function trackOf(rung: Rung): Track {
  return TRACKS[rung.track];
}

export function rungBelow(rung: Rung): Rung | undefined {
  return trackOf(rung).rungs[rung.number - 2];
}

/** What a learner starts with. */
export function baseOf(rung: Rung): Rung | undefined {
  return trackOf(rung).rungs[(rung.builtOn ?? rung.number - 1) - 1];
}

/** Beside the source; and in a bundle, whose parts lie beside each other, beside those. */
const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = existsSync(join(HERE, 'rungs')) ? HERE : dirname(HERE);

/** Whether this is a clone, where TypeScript runs. */
export const isClone: boolean = PACKAGE !== HERE;

/** The text that is read; what runs outside a clone is the same without its types. */
export function fileOf(rung: Rung): string {
  return join(PACKAGE, 'rungs', rung.track, isClone ? rung.file : rung.file.replace(/ts$/, 'js'));
}

/** Our rung with its fault, outside a clone: made when the rungs are built. */
export function mendFileOf(rung: Rung): string {
  return fileOf(rung).replace(/\.js$/, '.mend.js');
}

/** @param text of the rung's file */
export function withFault({ mend, track, number }: Rung, text: string): string {
  const parts = text.split(mend.replaced);
  if (parts.length !== 2)
    throw new Error(`${track} ${number}: what its fault replaces stands ${parts.length - 1} times in it`);
  return parts.join(mend.by);
}

// ── The record ──

export interface Score {
  /** MUSTs of the track that it holds. */
  readonly must: number;
  readonly should: number;
  /** Probes that it holds and the rung below does not. */
  readonly won: readonly string[];
}

export interface TrackRecord {
  /** How many there are to hold. */
  readonly must: number;
  readonly should: number;
  readonly rungs: readonly Score[];
  /** What others hold: the floor and real servers. */
  readonly beside: Readonly<Record<string, number>>;
}

export const RECORD_FILE: string = join(PACKAGE, 'scores.json');

export function recordOf(track: TrackName): TrackRecord | undefined {
  if (!existsSync(RECORD_FILE)) return undefined;
  return (JSON.parse(readFileSync(RECORD_FILE, 'utf8')) as Record<string, TrackRecord>)[track];
}

/** All probes that the rung holds, by the record: what was won up to it, but for what was lost and is not won back. */
export function heldBy(rung: Rung): Set<string> {
  const held = new Set<string>();
  const scores = recordOf(rung.track)?.rungs ?? [];
  for (const { number, losses } of trackOf(rung).rungs.slice(0, rung.number)) {
    for (const probe of Object.keys(losses)) held.delete(probe);
    for (const probe of scores[number - 1]?.won ?? []) held.add(probe);
  }
  return held;
}

/** What a server must hold beside the goals: all that the rung below holds, but for the declared losses. */
export function keptAt(rung: Rung): Set<string> {
  const below = rungBelow(rung);
  const kept = below === undefined ? new Set<string>() : heldBy(below);
  for (const probe of Object.keys(rung.losses)) kept.delete(probe);
  for (const { probe } of rung.goals) kept.delete(probe);
  return kept;
}

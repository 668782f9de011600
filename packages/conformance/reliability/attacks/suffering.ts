/** One attack on one victim: what it held before, at its height and after; what others felt; how the attackers ended. */

import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Measures } from '../measured.ts';
import { type MeasuredProcess, startMeasured } from '../measured-process.ts';
import type { Attack, Target } from './attack.ts';
import { Bystander } from './bystander.ts';
import { Crowd } from './crowd.ts';
import { startServers } from './evil-server.ts';

export interface Course {
  /** Milliseconds. */
  readonly lasts: number;
  /** Of the victim, in milliseconds. */
  readonly deadline: number;
  /** The most that the attackers send. */
  readonly bytes: number;
}

export interface Suffering {
  readonly before: Measures;
  readonly height: Measures;
  readonly after: Measures;
  /** Milliseconds that the other client waited, in order of size. */
  readonly felt: readonly number[];
  readonly endings: Readonly<Record<string, number>>;
  /** Milliseconds until an attacker was thrown out: the median. */
  readonly life: number | undefined;
  /** How many attackers it still had when they were called off. */
  readonly left: number;
  /** Milliseconds for the first answer to a fresh client, after the attack. */
  readonly fresh: number;
}

/** @throws Error if the victim ends, or another client is never answered */
export async function suffer(
  target: Target,
  attack: Attack,
  implementation: string,
  { lasts, deadline, bytes }: Course,
  signal: AbortSignal,
): Promise<Suffering> {
  const servers = target.isClient ? await startServers(attack, bytes) : undefined;
  let victim: MeasuredProcess | undefined;
  let crowd: Crowd | undefined;
  const others: Bystander[] = [];
  const bystander = (port: number): Bystander => {
    const other = new Bystander(port, target.asking, attack.isSecure ?? false);
    others.push(other);
    return other;
  };
  try {
    const of = servers && [servers.evil, servers.harmless, attack.connections].map(String);
    const args = [implementation, String(deadline), attack.isSecure ? 'tls' : 'plain', ...(of ?? [])];
    victim = await startMeasured(join(import.meta.dirname, 'processes', target.program), args, signal);
    const other = bystander(victim.port);
    for (let i = 0; i < 20; i++) await other.ask(signal);
    const before = await victim.ask('begin');
    if (!target.isClient)
      crowd = new Crowd(victim.port, attack, attack.connections, Math.min(bytes, attack.bytes ?? Infinity));
    const felt: number[] = [];
    for (const over = performance.now() + lasts; felt.length === 0 || performance.now() < over; ) {
      await after(5, undefined, { signal });
      felt.push(await other.ask(signal));
    }
    const height = await victim.ask('look');
    const lives = (crowd?.lives ?? []).toSorted((a, b) => a - b);
    crowd?.stop();
    servers?.stop();
    await calm(victim, signal);
    const settled = await victim.ask('settle');
    const fresh = target.isClient ? 0 : await bystander(victim.port).ask(signal);
    return {
      before,
      height,
      after: settled,
      felt: felt.toSorted((a, b) => a - b),
      endings: crowd?.endings ?? height.counts,
      life: lives[Math.floor(lives.length / 2)],
      left: Math.max(0, height.connections - 1),
      fresh,
    };
  } finally {
    crowd?.stop();
    servers?.stop();
    for (const other of others) other.end();
    victim?.kill('SIGKILL');
    await victim?.ended;
  }
}

/** Until the victim has seen that the attackers are gone, or a while is over. */
async function calm(victim: MeasuredProcess, signal: AbortSignal): Promise<void> {
  for (let i = 0; i < 50; i++) {
    await after(20, undefined, { signal });
    if ((await victim.ask('look')).connections <= 1) return;
  }
}

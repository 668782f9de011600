/**
 * Every limit and deadline with its default, in one place. Deadlines are milliseconds. `Infinity` turns
 * any of them off; anything else must lie between 1 and 2,147,483,647.
 */
import { EchoError } from './errors.ts';

export const limits: Readonly<Record<Limit, number>> = {
  maxConnections: 1024,
  maxPendingBytes: 64 * 1024,
  maxMessageBytes: 1024 * 1024,
  connectDeadline: 10_000,
  idleDeadline: 60_000,
  closeDeadline: 5_000,
  totalDeadline: Number.POSITIVE_INFINITY,
};

export type Limit =
  | `max${'Connections' | 'PendingBytes' | 'MessageBytes'}`
  | `${'connect' | 'idle' | 'close' | 'total'}Deadline`;

// Above this, setTimeout fires at once instead of late (test: "a deadline past setTimeout's range").
const LARGEST = 2 ** 31 - 1;

/** The value given, checked, or else the default. */
export function limit(name: Limit, value: number = limits[name]): number {
  return value === Number.POSITIVE_INFINITY ? value : wholeNumber(name, value, 1, LARGEST);
}

export function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new EchoError(
    'invalid-option',
    `${name} must be a whole number from ${least} to ${most}, not ${value}`,
  );
}

export function hostName(value: string): string {
  if (typeof value === 'string') return value;
  throw new EchoError('invalid-option', `host must be a string, not ${typeof value}`);
}

/** `setTimeout`, but a deadline that is turned off starts no timer. */
export function startTimer(milliseconds: number, action: () => void): NodeJS.Timeout | undefined {
  return milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(action, milliseconds);
}

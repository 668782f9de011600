/** Every limit with its default, in one place. Deadlines are milliseconds. `Infinity` turns any of them off. */
import { EchoError } from './errors.ts';

const defaults = {
  maxConnections: 1024,
  maxMessageBytes: 1_048_576,
  connectDeadline: 10_000,
  idleDeadline: 60_000,
  closeDeadline: 5_000,
};

// Above this, setTimeout fires at once instead of late (test: "a deadline past setTimeout's range").
const LARGEST = 2 ** 31 - 1;

/** The value given, checked, or else the default. */
export function limit(name: keyof typeof defaults, value: number = defaults[name]): number {
  return value === Number.POSITIVE_INFINITY ? value : wholeNumber(name, value, LARGEST);
}

export function wholeNumber(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new EchoError('invalid-option', `${name} must be a whole number from 1 to ${most}, not ${value}`);
}

/** `setTimeout`, but a deadline that is turned off starts no timer. */
export function startTimer(milliseconds: number, action: () => void): NodeJS.Timeout | undefined {
  return milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(action, milliseconds);
}

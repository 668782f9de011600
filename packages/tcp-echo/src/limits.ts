/** Every limit with its default, in one place. Deadlines are milliseconds. `Infinity` turns any of them off. */
import { types } from 'node:util';
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

/** The caller's value after a check, or the default. */
export function limit(name: keyof typeof defaults, value: number = defaults[name]): number {
  return value === Number.POSITIVE_INFINITY ? value : wholeNumber(name, value, LARGEST);
}

export function wholeNumber(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new EchoError('invalid-option', `${name} must be a whole number from 1 to ${most}, not ${value}`);
}

/** Without this check, a mistyped deadline would silently be no deadline. @throws EchoError `invalid-option` */
export function checkNames(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new EchoError('invalid-option', `the options are an object, not ${options}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new EchoError('invalid-option', `there is no option "${unknown}", only ${known.join(', ')}`);
}

/** Why not `instanceof`: bytes of another realm (a worker, node:vm) are bytes. @throws EchoError `invalid-option` */
export function checkBytes(what: string, value: unknown): void {
  if (types.isUint8Array(value)) return;
  throw new EchoError('invalid-option', `${what} must be a Uint8Array, not ${typeof value}`);
}

/** `setTimeout`, but it starts no timer if the deadline is turned off. */
export function startTimer(milliseconds: number, action: () => void): NodeJS.Timeout | undefined {
  return milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(action, milliseconds);
}

/**
 * A limit or a deadline, as an option gives it: any number from `least` up, with `Infinity` for none. NaN or a string
 * would pass for none too, since every comparison with it is false; so it is refused.
 */
import { shown, userError } from './errors.ts';

/** Options with every default filled in. */
export type Filled<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** @throws HttpError `invalid-option` */
export function limit(name: string, value: number | undefined, otherwise: number, least = 0): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least) return value;
  const message = `${name} is a number from ${least} up, Infinity for no limit, and not ${shown(value)}`;
  throw userError('invalid-option', message);
}

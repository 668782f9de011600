/**
 * A limit or a deadline, as an option gives it: any number from `least` up; `Infinity` means no limit. NaN or a string is
 * refused, because every comparison with it is false: it would silently turn the limit off.
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

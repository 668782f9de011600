// Checks options when the caller gives them. Without that, a misspelt limit would silently be no limit, and so would a
// limit that is not a number, because every comparison with it is false.

import { reasonOf, shown } from 'http-mini/wire';
import { isWebSocketError, WebSocketError } from '../wire/errors.ts';

/** A kind of value, and its name in an error message. */
export interface Kind {
  readonly name: string;
  fits(value: unknown): boolean;
}

/** The kind of each option; the compiler checks that none is missing. */
export type OptionKinds<Options> = Readonly<Record<keyof Options, Kind>>;

export const aLimit: Kind = {
  name: 'a number from 0 up, or Infinity',
  fits: (value) => typeof value === 'number' && value >= 0,
};
export const aFunction: Kind = { name: 'a function', fits: (value) => typeof value === 'function' };
export const aText: Kind = { name: 'a string', fits: (value) => typeof value === 'string' };
export const anObject: Kind = {
  name: 'an object',
  fits: (value) => typeof value === 'object' && value !== null,
};
export const texts: Kind = {
  name: 'a list of strings',
  fits: (value) => Array.isArray(value) && value.every(aText.fits),
};
export const anything: Kind = { name: 'anything', fits: () => true };
export const aSwitch: Kind = { name: 'true or false', fits: (value) => typeof value === 'boolean' };

export function integer(least: number, most: number): Kind {
  const fits = (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  return { name: `from ${least} to ${most}, and whole`, fits };
}

export function oneOf(...values: readonly unknown[]): Kind {
  return { name: values.map(shown).join(' or '), fits: (value) => values.includes(value) };
}

export function either(one: Kind, other: Kind): Kind {
  return { name: `${one.name} or ${other.name}`, fits: (value) => one.fits(value) || other.fits(value) };
}

/**
 * Checks `options` and returns a copy: each getter runs once, and later changes have no effect.
 *
 * @param where what stands before a name in messages, as in `perMessageDeflate.`
 * @throws WebSocketError `option-invalid` if an option does not exist, or its value is not of its kind
 */
export function checked<Options extends object>(
  options: Options,
  kinds: OptionKinds<Options>,
  where = '',
): Options {
  try {
    if (!anObject.fits(options)) throw invalid(`options are an object, and not ${shown(options)}`);
    const unknown = Object.keys(options).find((name) => !Object.hasOwn(kinds, name));
    if (unknown !== undefined)
      throw invalid(
        `there is no option ${shown(where + unknown)}; there are: ${Object.keys(kinds).join(', ')}`,
      );
    const copy: Partial<Options> = {};
    for (const name of Object.keys(kinds) as (keyof Options & string)[]) {
      const value = options[name];
      if (value === undefined) continue;
      const { name: kind, fits } = kinds[name];
      if (!fits(value)) throw invalid(`${where}${name} must be ${kind}, and not ${shown(value)}`);
      copy[name] = value;
    }
    return copy as Options;
  } catch (cause) {
    if (isWebSocketError(cause)) throw cause;
    // A getter or a Proxy threw.
    throw new WebSocketError('option-invalid', `the options cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

function invalid(message: string): WebSocketError {
  return new WebSocketError('option-invalid', message);
}

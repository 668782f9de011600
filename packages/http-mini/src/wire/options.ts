/**
 * The names of options. An unknown option is refused by name, because a misspelt limit would silently limit nothing.
 */
import { shown, userError } from './errors.ts';

/** A name for each option; the compiler checks that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses anything but an object, and any name in it that is not an option.
 * @param where what to put before the name in the message, as in `lenient.`
 * @throws HttpError `invalid-option`
 */
export function refuseUnknown<Options extends object>(
  options: Options,
  names: OptionNames<Options>,
  where = '',
): void {
  if (typeof options !== 'object' || options === null) {
    throw userError('invalid-option', `options are an object, and not ${shown(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names).join(', ');
    throw userError('invalid-option', `there is no option ${shown(where + name)}; there are: ${known}`);
  }
}

/** Refuses an option that should be a function and is not. @throws HttpError `invalid-option` */
export function checkFunctions<Options extends object>(
  options: Options,
  names: (keyof Options & string)[],
): void {
  for (const name of names) {
    const value = options[name];
    if (value === undefined || typeof value === 'function') continue;
    throw userError('invalid-option', `${name} is a function, and not ${shown(value)}`);
  }
}

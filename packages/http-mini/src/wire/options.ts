/**
 * The names of options. An option that does not exist changes nothing, so a misspelt limit would silently not be one:
 * it is refused by name.
 */
import { shown, userError } from './errors.ts';

/** A name for each option: the compiler holds the list complete. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses what is no object of options, and any name in it that no option has.
 * @param where what precedes the name, as in `lenient.`
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

/** Refuses what is no function, before it is called. @throws HttpError `invalid-option` */
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

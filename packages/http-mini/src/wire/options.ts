/**
 * Options: what every option is checked for. An unknown one is refused by name, because a misspelt limit would silently limit
 * nothing. So is a limit that is NaN or a string, because every comparison with it is false.
 */
import { shown, userError } from './errors.ts';

/** Something under the name of each option; the compiler checks that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, unknown>>;

/** Options with every default filled in. */
export type Filled<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

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

/**
 * A limit or a deadline: any number from `least` up; `Infinity` means no limit.
 * @throws HttpError `invalid-option`
 */
export function limit(name: string, value: number | undefined, otherwise: number, least = 0): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least) return value;
  const message = `${name} is a number from ${least} up, Infinity for no limit, and not ${shown(value)}`;
  throw userError('invalid-option', message);
}

/** The limits among the options that these defaults name. @throws HttpError as `limit` */
export function limitsOf<Name extends string>(
  options: NoInfer<{ readonly [Limit in Name]?: number | undefined }>,
  defaults: Readonly<Record<Name, number>>,
  least = 0,
): Record<Name, number> {
  const limits: Record<Name, number> = { ...defaults };
  for (const name in defaults) limits[name] = limit(name, options[name], defaults[name], least);
  return limits;
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

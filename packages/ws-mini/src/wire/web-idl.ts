// Web IDL's conversions of values (https://webidl.spec.whatwg.org/), as far as this package's interfaces need them. A
// value that cannot be converted throws a TypeError, as in a browser.

/** Why not `String(value)`: that accepts a Symbol, and Web IDL does not. */
export function toText(value: unknown): string {
  return `${value}`;
}

/** USVString: half of a surrogate pair becomes U+FFFD. */
export function toUsvText(value: unknown): string {
  return toText(value).replace(/\p{Surrogate}/gu, '\ufffd');
}

/** [Clamp] unsigned short: the nearest integer, and the even one if two are equally near. */
export function clamp(value: unknown): number {
  const number = Math.min(Math.max(Number(value), 0), 65_535) || 0;
  const floor = Math.floor(number);
  const rest = number - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** [EnforceRange] unsigned short. */
export function enforceRange(value: unknown, name: string): number {
  const number = Math.trunc(Number(value));
  if (number >= 0 && number <= 65_535) return number;
  throw new TypeError(`${name} is ${number}, but must be from 0 to 65535`);
}

/** A dictionary, whose members the caller still has to convert. */
export function toDictionary(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (isObject(value)) return value;
  throw new TypeError(`${name} must be an object, not ${typeof value}`);
}

/** sequence<DOMString>, from any iterable object; a string is not an object. */
export function toTexts(value: unknown, name: string): string[] {
  if (isObject(value) && hasIterator(value)) return Array.from(value, toText);
  throw new TypeError(`${name} must be an array, or another object that can be iterated`);
}

/** (DOMString or sequence<DOMString>), as a sequence. */
export function toTextOrTexts(value: unknown, name: string): string[] {
  return isObject(value) && hasIterator(value) ? toTexts(value, name) : [toText(value)];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function hasIterator(value: object): value is Iterable<unknown> {
  return (value as Partial<Iterable<unknown>>)[Symbol.iterator] != null;
}

/** Makes a class look like an interface of the web: its members become enumerable, and it gets the interface's name. */
export function defineInterface(prototype: object, name: string): void {
  for (const member of Object.getOwnPropertyNames(prototype))
    if (member !== 'constructor') Object.defineProperty(prototype, member, { enumerable: true });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  Object.defineProperty(prototype.constructor, 'name', { value: name });
}

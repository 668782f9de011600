/** permessage-deflate negotiated plainly (RFC 6455 9.1, RFC 7692 7.1), both sides, each rule by its name. */
import { Deflation } from '../../probes/websocket/deflation.ts';
import type { Role } from '../../probes/websocket/frame.ts';
import type { Keeps } from './rules.ts';

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = `${TOKEN}(?:[ \t]*=[ \t]*(?:${TOKEN}|"${TOKEN}"))?`;
const EXTENSION = new RegExp(`^${TOKEN}(?:[ \t]*;[ \t]*${PARAMETER})*$`);

/** The elements of the list; empty ones do not count. @returns undefined where it does not match the grammar (9.1) */
export function elementsOf(value: string, keeps: Keeps): string[] | undefined {
  const elements = value
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
  if (!keeps('rfc6455/9.1/malformed')) return elements.filter((element) => EXTENSION.test(element));
  return elements.length > 0 && elements.every((element) => EXTENSION.test(element)) ? elements : undefined;
}

const FLAG = /^(?:server|client)_no_context_takeover$/;
const BITS = /^(?:server|client)_max_window_bits$/;

/** @returns name and value of each parameter, or undefined where one is not valid (RFC 7692 7.1) */
export function parametersOf(
  element: string,
  side: 'offer' | 'answer',
  keeps: Keeps,
): [string, string | undefined][] | undefined {
  const parameters = element
    .split(';')
    .slice(1)
    .map((part): [string, string | undefined] => {
      const [name, value] = part.split('=').map((text) => text.trim());
      return [name!, value?.replace(/^"(.*)"$/, '$1')];
    });
  if (side === 'answer' && !keeps('rfc6455/9.1/parameters')) return [];
  const names = parameters.map(([name]) => name);
  const areRight =
    (new Set(names).size === names.length || !keeps('rfc7692/7/decline-repeated')) &&
    parameters.every(([name, value]) => {
      if (FLAG.test(name))
        return value === undefined || !keeps(`rfc7692/7.1.1.${name.startsWith('s') ? 1 : 2}/no-value`);
      if (!BITS.test(name)) return !keeps('rfc7692/7/decline-unknown');
      if (value === undefined) return side === 'offer' && name.startsWith('client');
      return /^(?:[89]|1[0-5])$/.test(value) || !keeps(`rfc7692/7.1.2.${name.startsWith('s') ? 1 : 2}/value`);
    });
  return areRight ? parameters : undefined;
}

/** The answer to the first offer that can be taken; undefined: none. */
export function answerTo(elements: readonly string[], keeps: Keeps): string | undefined {
  for (const element of elements.filter((one) => /^permessage-deflate[ \t]*(?:;|$)/.test(one))) {
    const offered = parametersOf(element, 'offer', keeps);
    if (offered === undefined && !keeps('rfc7692/7/next-offer')) return undefined;
    if (offered === undefined) continue;
    const said = offered
      .filter(([name, value]) => FLAG.test(name) || value !== undefined)
      .filter(([name]) => name !== 'server_no_context_takeover' || keeps('rfc7692/7.1.1.1/echo'))
      .map(([name, value]) =>
        value === undefined ? name : `${name}=${keeps('rfc7692/7.1.2.1/at-most') ? value : 15}`,
      );
    const wrong = keeps('rfc6455/9.1/parameters') ? [] : ['x=1'];
    return ['permessage-deflate', ...said, ...wrong].join('; ');
  }
  return undefined;
}

/** As agreed; a saboteur takes it for something else. */
export function deflationOf(agreed: string, role: Role, keeps: Keeps): Deflation {
  const other = role === 'server' ? 'client' : 'server';
  let taken = agreed;
  if (!keeps('rfc7692/7.1.2.1/keep')) taken = taken.replace(`${role}_max_window_bits`, 'x');
  if (!keeps('rfc7692/7.2.1/empty-window')) taken = taken.replace(`${role}_no_context_takeover`, 'x');
  if (!keeps('rfc7692/7.2.2/takeover')) taken += `; ${other}_no_context_takeover`;
  return new Deflation(taken, other);
}

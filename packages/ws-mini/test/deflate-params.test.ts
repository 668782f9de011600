import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptDeflate,
  agreeOnDeflate,
  type DeflateWishes,
  formatExtensions,
  offerDeflate,
  parseExtensions,
} from '../src/wire/index.ts';
import { caught, runs } from './support.ts';

const D = 'permessage-deflate';
const accept = (offers: string, wishes: DeflateWishes = {}): string | undefined => {
  const accepted = acceptDeflate(parseExtensions(offers), wishes);
  return accepted && formatExtensions([accepted.response]);
};

const bits = fc.option(fc.integer({ min: 8, max: 15 }), { nil: undefined });
const wishes: fc.Arbitrary<DeflateWishes> = fc
  .record({
    serverNoContextTakeover: fc.boolean(),
    clientNoContextTakeover: fc.boolean(),
    serverMaxWindowBits: bits,
    clientMaxWindowBits: bits,
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

test('both sides come to the same agreement, which keeps what each of them wished', () => {
  fc.assert(
    fc.property(wishes, wishes, (ofClient, ofServer) => {
      const accepted = acceptDeflate([offerDeflate(ofClient)], ofServer)!;
      const { agreement } = accepted;
      expect(agreeOnDeflate(accepted.response, ofClient)).toEqual(agreement);
      for (const wish of [ofClient, ofServer]) {
        expect(agreement.serverMaxWindowBits).toBeLessThanOrEqual(wish.serverMaxWindowBits ?? 15);
        expect(agreement.clientMaxWindowBits).toBeLessThanOrEqual(wish.clientMaxWindowBits ?? 15);
        if (wish.serverNoContextTakeover) expect(agreement.serverNoContextTakeover).toBe(true);
        if (wish.clientNoContextTakeover) expect(agreement.clientNoContextTakeover).toBe(true);
      }
    }),
    runs,
  );
});

describe('the server answers', () => {
  // rfc7692/5/preference
  test.each([
    ['an offer without parameters', D, {}, D],
    [
      'a hint of the client, which then binds',
      `${D}; client_no_context_takeover`,
      {},
      `${D}; client_no_context_takeover`,
    ],
    [
      'what it adds unasked',
      D,
      { serverNoContextTakeover: true, serverMaxWindowBits: 10 },
      `${D}; server_no_context_takeover; server_max_window_bits=10`,
    ],
    ['a window, at most the offer', `${D}; server_max_window_bits=12`, {}, `${D}; server_max_window_bits=12`],
    ['no client window, though it could', `${D}; client_max_window_bits`, {}, D],
    ['a client window as offered', `${D}; client_max_window_bits=9`, {}, `${D}; client_max_window_bits=9`],
    [
      'a client window as it wishes',
      `${D}; client_max_window_bits`,
      { clientMaxWindowBits: 10 },
      `${D}; client_max_window_bits=10`,
    ],
    [
      'the second offer, where it cannot take the first',
      `${D}; nonsense, ${D}; server_no_context_takeover`,
      {},
      `${D}; server_no_context_takeover`,
    ],
    ['the offer behind another extension', `x-other, ${D}`, {}, D],
  ])('%s', (_, offers, wish, response) => {
    expect(accept(offers, wish)).toBe(response);
  });
});

describe('the server declines', () => {
  // rfc7692/7/decline-value, rfc7692/7/decline-unsupported
  test.each([
    ['another extension', 'x-webkit-deflate-frame'],
    ['an unknown parameter', `${D}; unknown`],
    ['a parameter of Object.prototype', `${D}; __proto__`],
    ['a repeated parameter', `${D}; server_no_context_takeover; server_no_context_takeover`],
    ['a value where none belongs', `${D}; server_no_context_takeover=1`],
    ['a value where none belongs, of the client', `${D}; client_no_context_takeover=1`],
    ['a window without a size', `${D}; server_max_window_bits`],
    ['a window of 2^7', `${D}; server_max_window_bits=7`],
    ['a window of 2^16', `${D}; server_max_window_bits=16`],
    ['a leading zero', `${D}; server_max_window_bits=08`],
    ['an exponent', `${D}; server_max_window_bits=1e1`],
    ['a client window that is none', `${D}; client_max_window_bits=x`],
  ])('%s', (_, offers) => {
    expect(accept(offers)).toBeUndefined();
  });

  test('a client that cannot be told the limit', () => {
    expect(accept(D, { clientMaxWindowBits: 10 })).toBeUndefined();
  });
});

test('the client asks for nothing that is not wished, and keeps to what it said itself', () => {
  expect(formatExtensions([offerDeflate({})])).toBe(`${D}; client_max_window_bits`);
  const agreement = agreeOnDeflate(parseExtensions(D)[0]!, { clientNoContextTakeover: true });
  expect(agreement.clientNoContextTakeover).toBe(true);
});

test.each(['server_max_window_bits=15', 'client_max_window_bits=15'])(
  'the largest window is answered where it was named: %s',
  (parameter) => {
    expect(accept(`${D}; ${parameter}`)).toBe(`${D}; ${parameter}`);
  },
);

test('an unknown parameter is declined, though its value would be a window', () => {
  expect(accept(`${D}; unknown=10`)).toBeUndefined();
});

describe('the client fails on', () => {
  // rfc7692/7/response-value, rfc7692/7/response-unsupported
  test.each([
    ['an unknown parameter', `${D}; unknown`, {}],
    ['a repeated one', `${D}; client_no_context_takeover; client_no_context_takeover`, {}],
    ['a client window without a size', `${D}; client_max_window_bits`, {}],
    ['a client window over the offer', `${D}; client_max_window_bits=12`, { clientMaxWindowBits: 10 }],
    ['a server window over the offer', `${D}; server_max_window_bits=12`, { serverMaxWindowBits: 10 }],
    ['a server window that is not answered', D, { serverMaxWindowBits: 10 }],
    ['context takeover, where it asked for none', D, { serverNoContextTakeover: true }],
  ] as [string, string, DeflateWishes][])('%s', (_, response, wish) => {
    const error = caught(() => agreeOnDeflate(parseExtensions(response)[0]!, wish));
    expect(error).toMatchObject({ code: 'extension-parameters-wrong', by: 'peer' });
  });
});

test("window bits out of range are the user's mistake", () => {
  for (const wish of [{ serverMaxWindowBits: 7 }, { clientMaxWindowBits: 16 }, { clientMaxWindowBits: 9.5 }])
    for (const run of [() => offerDeflate(wish), () => acceptDeflate([], wish)])
      expect(caught(run)).toMatchObject({ code: 'option-invalid', by: 'user' });
});

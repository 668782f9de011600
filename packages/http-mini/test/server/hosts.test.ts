// Which Host a server answers to: DNS rebinding makes any name lead to this machine, but cannot hide the name.
import { answersFor } from 'http-mini';
import { describe, expect, test } from 'vitest';

describe('on a loopback address', () => {
  test.each([
    'localhost',
    'LOCALHOST:8080',
    'localhost.',
    'app.localhost:80',
    '127.0.0.1:8080',
    '127.255.0.9',
    '127.1',
    '[::1]:8080',
    '[0:0:0:0:0:0:0:1]',
    '', // an empty Host, or none in HTTP/1.0: no browser sends that
  ])('answered: %j', (authority) => {
    for (const address of ['127.0.0.1', '::1', '127.0.0.2'])
      expect(answersFor(authority, address)).toBe(true);
  });

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '127.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '[::2]:8080',
    'a,b',
    '%zz',
  ])('not answered: %j', (authority) => {
    for (const address of ['127.0.0.1', '::1', '127.0.0.2'])
      expect(answersFor(authority, address)).toBe(false);
  });

  test('a name that is allowed, with any port, beside the usual ones', () => {
    const names = ['Dev.Example', '10.0.0.1'];
    for (const authority of ['dev.example', 'DEV.EXAMPLE.:99', '10.0.0.1:1', 'localhost'])
      expect(answersFor(authority, '127.0.0.1', names)).toBe(true);
    expect(answersFor('a.dev.example', '127.0.0.1', names)).toBe(false);
  });
});

describe('elsewhere', () => {
  test('any, unless names are given: then those, the address, and loopback', () => {
    for (const address of ['0.0.0.0', '::', '10.0.0.1', '2001:db8::1', undefined]) {
      expect(answersFor('evil.example', address)).toBe(true);
      expect(answersFor('evil.example', address, ['dev.example'])).toBe(false);
      for (const authority of ['dev.example:80', 'localhost'])
        expect(answersFor(authority, address, ['dev.example'])).toBe(true);
    }
    expect(answersFor('10.0.0.1:80', '10.0.0.1', ['dev.example'])).toBe(true);
    expect(answersFor('[2001:DB8:0::1]:80', '2001:db8::1', ['dev.example'])).toBe(true);
  });
});

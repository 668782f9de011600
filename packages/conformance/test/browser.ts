// Chromium, where there is one: tests that need it skip and say so where there is none.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const candidates = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
// Headless and alone: nothing here talks to any network but the loopback.
const args =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export const hasBrowser: boolean = executablePath !== undefined;

if (!hasBrowser) console.warn('no browser found: set CHROMIUM to one to run the tests that need it');

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: args.split(' ') });
}

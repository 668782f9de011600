// Chromium, where there is one, for playwright: tests that need it skip and say so where there is none.
import { existsSync } from 'node:fs';
import { sayThatSkipped } from './programs.ts';

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

/** For `chromium.launch`, where `hasBrowser`. It has no deadline of its own: a slow machine's is that of the test. */
export const launchOptions: { executablePath: string; args: string[]; timeout: number } = {
  executablePath: executablePath ?? '',
  args: args.split(' '),
  timeout: 0,
};

if (!hasBrowser) sayThatSkipped('there is no browser; CHROMIUM names one that is elsewhere');

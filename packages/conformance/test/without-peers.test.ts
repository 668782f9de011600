/** The prober if ws and undici are not installed: others are asked all the same, and it says who was not. */
import { expect, test, vi } from 'vitest';
import { CannotRun } from '../src/usage.ts';
import { PATIENT, told } from './prober.ts';

vi.mock('../src/implementations/versions.ts', () => ({
  NODE: process.versions.node,
  UNDICI: undefined,
  WS: undefined,
}));

test('whoever is installed is asked, and the others are named before any number', async () => {
  const { out, code } = await told(
    '--only',
    'methods/head$',
    '--only',
    'websocket-server/ping/of-1$',
    ...PATIENT,
  );
  expect(code).toBe(0);
  expect(out).toMatch(
    /^NOTE {2}not installed here, and so not asked: undici\.request, fetch, ws, undici\.WebSocket /,
  );
  expect(out).toContain('ws-mini');
});

test('to ask for one of them is an error with the way out', async () => {
  const { out, error } = await told('ws');
  expect(out).toBe('');
  expect(error).toBeInstanceOf(CannotRun);
  expect(error!.message).toBe('ws: not installed here; npm install ws undici, and ask again');
});

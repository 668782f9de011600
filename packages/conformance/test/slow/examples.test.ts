import { expect, test } from 'vitest';
import { run } from '../command.ts';

test('frameworks.ts: each is probed, or it is said that it is not installed', async () => {
  const { code, out, err } = await run('examples/frameworks.ts', 'host/*');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const name of ['Express', 'Fastify', 'Python'])
    expect(out).toMatch(new RegExp(`^${name} is not installed here$|^HTTP servers .*\\b${name}\\b`, 'm'));
});

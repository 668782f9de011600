// An address of TCP: its path names the contract that the server is asked by.
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPlainTcp } from '../src/saboteurs/tcp/plain-server.ts';
import { UsageError } from '../src/usage.ts';
import { PATIENT, told } from './prober.ts';

describe('tcp://', () => {
  test('a server is asked by the contract that its path names, and by no other', async () => {
    const { peer, close } = await startPlainTcp('lengths');
    onTestFinished(close);
    const { out, error, code } = await told(`tcp://127.0.0.1:${peer.port}/lengths`, ...PATIENT);
    expect({ error, code }).toEqual({ error: undefined, code: 0 });
    expect(out).toMatch(/^TCP servers +127\.0\.0\.1:\d+/m);
    expect(out).toMatch(/^lengths +6\/6/m);
    expect(out).toMatch(/^total +·/m);
  });

  test('without a name, it is an echo; what is broken is told with its law', async () => {
    const { peer, close } = await startPlainTcp('echo', 'as text');
    onTestFinished(close);
    const address = `tcp://127.0.0.1:${peer.port}`;
    const { out, code } = await told(address, '--only', 'echo/octets', '--only', 'two-at-once', ...PATIENT);
    expect(code).toBe(1);
    expect(out).toContain('FAILED');
    expect(out).toContain('echo/octets  RFC 862 tcp (rfc862/tcp/echo)');
    expect(out).toMatch(/observed {2}client 1: ".*\\xef\\xbf\\xbd.*", then/);
    expect(out).toMatch(/alone {5}probe tcp:\/\/127\.0\.0\.1:\d+ --only 'tcp-server\/echo\/octets\$'/);
  });

  test.each([
    ['tcp://127.0.0.1/', /needs a host and a port/],
    ['tcp://127.0.0.1:1/lines', /names no contract: behind the port stands one of echo, lengths, total/],
    ['tcp://127.0.0.1:1/echo?x', /names no contract/],
  ])('%s is told', async (address, message) => {
    const { error } = await told(address);
    expect(error).toBeInstanceOf(UsageError);
    expect(error!.message).toMatch(message);
  });

  test.each([
    [['--header', 'X-A: b'], /TCP has no headers/],
    [['--contract'], /said by the path/],
  ])('%j is nothing for it', async (args, message) => {
    expect((await told('tcp://127.0.0.1:1/', ...args)).error?.message).toMatch(message);
  });
});

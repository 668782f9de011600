/** Options for the sockets that a client opens itself: `socket` for node:net, `tls` for node:tls. */
import { once } from 'node:events';
import type { AddressInfo, LookupFunction } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { request } from '../../src/client/client.ts';
import type { TlsClientOptions } from '../../src/client/options.ts';
import { HttpError } from '../../src/wire/errors.ts';
import { answerAll, ok, serve } from './peer.ts';

/** Resolves every name to this machine, and keeps what it was asked. */
function lookupHere(asked: unknown[]): LookupFunction {
  return (host, { family, all }, done) => {
    asked.push({ host, family, all: all === true });
    const address = '127.0.0.1';
    if (all) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  };
}

test.each([
  [{}, { family: undefined, all: true }],
  [{ autoSelectFamilyAttemptTimeout: 10 }, { family: undefined, all: true }],
  [{ autoSelectFamily: false }, { family: undefined, all: false }],
  [{ family: 4, autoSelectFamily: false } as const, { family: 4, all: false }],
])('a name is resolved by the lookup of %o', async (socket, how) => {
  const server = await serve((peer) => answerAll(peer));
  const asked: unknown[] = [];
  const url = `http://nowhere.example:${server.port}/`;
  const response = await request(url, { socket: { ...socket, lookup: lookupHere(asked) } });
  expect(await response.text()).toBe('ok');
  expect(asked).toEqual([{ host: 'nowhere.example', ...how }]);
});

test.each([
  ['throws', () => raise(new Error('mine'))],
  ['throws nothing', () => raise(undefined)],
  ['fails', ((_host, _options, done) => done(new Error('mine'), [])) as LookupFunction],
])('a lookup that %s: connect-failed', async (_, lookup) => {
  const asked = request('http://nowhere.example/', { socket: { lookup } });
  const error = await asked.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(HttpError);
  expect(error).toMatchObject({ code: 'connect-failed' });
});

function raise(thrown: unknown): never {
  throw thrown;
}

test.runIf(process.platform === 'linux')('a connection comes from localAddress', async () => {
  const server = await serve((peer) => answerAll(peer, () => ok(String(peer.socket.remoteAddress))));
  const response = await request(server.url, { socket: { localAddress: '127.0.0.2' } });
  expect(await response.text()).toBe('127.0.0.2');
});

/** A server that lets only those in who show our certificate, and says which version they speak. */
async function demanding(): Promise<string> {
  const options = { key: KEY, cert: CERTIFICATE, ca: CERTIFICATE, requestCert: true };
  const server = createServer(options, (socket: TLSSocket) => {
    socket.on('error', () => {});
    socket.on('data', () =>
      socket.end(ok(`${socket.getPeerCertificate().subject.CN} ${socket.getProtocol()}`)),
    );
  });
  server.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `https://localhost:${(server.address() as AddressInfo).port}/`;
}

test('a client shows its certificate', async () => {
  const url = await demanding();
  const own: TlsClientOptions = { ca: CERTIFICATE, cert: CERTIFICATE, key: KEY };
  expect(await (await request(url, { tls: own })).text()).toBe('localhost TLSv1.3');
  const older: TlsClientOptions = { ...own, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' };
  expect(await (await request(url, { tls: older })).text()).toBe('localhost TLSv1.2');
  await expect(request(url, { tls: { ca: CERTIFICATE } })).rejects.toBeInstanceOf(HttpError);
});

test('a key that is not that of the certificate is refused before there is a connection', async () => {
  const asked = request('https://127.0.0.1:1/', {
    tls: { cert: CERTIFICATE, key: KEY.replace('MIGH', 'MIGX') },
  });
  await expect(asked).rejects.toMatchObject({ code: 'invalid-option', by: 'user' });
});

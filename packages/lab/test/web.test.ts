import { Client } from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from 'ws-mini';
import type { Lab } from '../src/lab.ts';
import { startLab } from './support.ts';

async function get(lab: Lab, target: string, method = 'GET') {
  const client = new Client(lab.origin, { connection: 'close' });
  const response = await client.request({ target, method });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

async function open(lab: Lab, path: string, headers = {}) {
  const connection = await connect(`${lab.origin}${path}`, { headers });
  onTestFinished(() => connection.terminate());
  const messages = connection[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await messages.next()).value as string);
  return { connection, next };
}

test('the page, the latest update, the state, and where they are', async () => {
  const lab = await startLab({ interval: 60_000 });
  expect(await get(lab, '/')).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  expect(await get(lab, '/latest')).toEqual({
    status: 200,
    type: 'application/json',
    text: `${lab.ticker.text}\n`,
  });
  expect(JSON.parse((await get(lab, '/comparison')).text)).toEqual({ listening: lab.listening });
  expect(await get(lab, '/else')).toMatchObject({ status: 404, text: expect.stringContaining('/latest') });
  expect((await get(lab, '/', 'POST')).status).toBe(405);
});

test('the ticker’s path by plain HTTP: told that it is a WebSocket (RFC 9110 15.5.22)', async () => {
  expect((await get(await startLab(), '/ticker')).status).toBe(426);
});

test('/ticker pushes the current update, then each new one', async () => {
  const lab = await startLab({ interval: 60_000 });
  const { connection, next } = await open(lab, '/ticker');
  expect(await next()).toEqual({ ...lab.ticker.update });
  // More than a connection holds for a reader that does not come.
  for (let i = 0; i < 3; i++) connection.send('dropped'.repeat(10_000));
  lab.ticker.tick();
  expect(await next()).toEqual({ ...lab.ticker.update });
  expect((await connection.close(1000)).wasClean).toBe(true);
});

test('/comparison pushes the state, and measures when it is asked to', async () => {
  const lab = await startLab({ updates: 3 });
  const { connection, next } = await open(lab, '/comparison');
  expect(await next()).toEqual({ listening: lab.listening });
  connection.send('measure');
  let state = await next();
  while (state.comparison.state !== 'done') state = await next();
  expect(state.comparison.results.webSocket.connections).toBe(1);
  expect(state.table.columns).toHaveLength(4);
  expect(JSON.parse((await get(lab, '/comparison')).text)).toEqual(state);
});

test('a page of another origin may not connect (RFC 6455 10.2)', async () => {
  const lab = await startLab();
  await expect(open(lab, '/comparison', { Origin: 'http://elsewhere.example' })).rejects.toMatchObject({
    response: { status: 403 },
  });
  await open(lab, '/comparison', { Origin: lab.origin });
});

test('the name of another site that leads here is not answered (DNS rebinding)', async () => {
  const lab = await startLab();
  const fields = (host: string) => ({ Host: host, Origin: `http://${host}` });
  const statusOf = async (host: string, target: string) => {
    const response = await new Client(lab.origin).request({
      target,
      headers: { Host: host, Connection: 'close' },
    });
    return `${response.status} ${await response.text()}`;
  };
  expect(await statusOf('evil.example', '/latest')).toMatch(
    /^421 .*evil\.example.*--allow-host evil\.example/s,
  );
  expect(await statusOf('localhost:80', '/latest')).toMatch(/^200 /);
  await expect(open(lab, '/comparison', fields('evil.example'))).rejects.toMatchObject({
    response: { status: 421 },
  });
  await open(lab, '/comparison', fields('app.localhost:80'));

  const told = await startLab({ allowHosts: ['dev.example'] });
  await open(told, '/comparison', fields('dev.example'));
});

test('closing says goodbye to every page', async () => {
  const lab = await startLab();
  const { connection, next } = await open(lab, '/ticker');
  await next();
  // A reader that stops would be waited for before the goodbye is answered.
  const reading = (async () => {
    for await (const _ of connection);
  })();
  await lab.close();
  await reading;
  expect(await connection.closed).toMatchObject({ code: 1001, wasClean: true });
});

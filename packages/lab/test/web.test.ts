import { Client, request } from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from 'ws-mini';
import type { Lab } from '../src/lab.ts';
import { startLab } from './support.ts';

async function get(lab: Lab, target: string, method = 'GET', headers = {}) {
  const client = new Client(lab.origin, { connection: 'close' });
  const response = await client.request({ target, method, headers });
  const { status, headers: fields } = response;
  return { status, fields, type: fields.get('content-type'), text: await response.text() };
}

async function open(lab: Lab, path: string, headers = {}) {
  const connection = await connect(`${lab.origin}${path}`, { headers });
  onTestFinished(() => connection.terminate());
  const messages = connection[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await messages.next()).value as string);
  return { connection, next };
}

test.each(['en', 'ko'] as const)('every part has a page, by GET and HEAD: %s', async (language) => {
  const lab = await startLab({ interval: 60_000 });
  const [parts, html] = [[{ path: '', title: undefined }, ...lab.parts], 'text/html; charset=utf-8'];
  for (const { path, title } of parts) {
    const page = await get(lab, `/${language}/${path}`);
    expect(page).toMatchObject({ status: 200, type: html });
    expect(page.text).toMatch(new RegExp(`^<!doctype html>\n<html lang="${language}">`));
    if (title !== undefined) expect(page.text).toContain(`<h1>${title[language]}</h1>`);
    expect(await get(lab, `/${language}/${path}`, 'HEAD')).toMatchObject({
      status: 200,
      type: html,
      text: '',
    });
  }
});

test('a page holds no program, and may load nothing from elsewhere', async () => {
  const lab = await startLab();
  const { fields, text } = await get(lab, '/en/');
  const policy = fields.get('content-security-policy')!;
  expect(policy).toMatch(/default-src 'none'.*script-src 'self'/);
  expect(policy).not.toContain('unsafe');
  const scripts = [...text.matchAll(/<script\b([^>]*)>([^<]*)/g)].map(([, attributes, content]) => [
    attributes!.trim(),
    content === '' ? '' : typeof JSON.parse(content!),
  ]);
  expect(scripts).toEqual([
    ['type="application/json" id="state"', 'object'],
    ['type="module" src="/assets/front.js"', ''],
  ]);
});

test('the scripts and the style that pages name are there; nothing else is', async () => {
  const lab = await startLab();
  const { text } = await get(lab, '/ko/ways');
  const named = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, target]) => target!);
  expect(named).toContain('/assets/ways.js');
  for (const target of named) expect((await get(lab, target)).status).toBe(200);
  expect((await get(lab, '/assets/../package.json')).status).toBe(404);
  expect((await get(lab, '/assets/')).status).toBe(404);
});

test.each([
  ['/', 'ko-KR,ko;q=0.9,en;q=0.8', '/ko/'],
  ['/', 'de, fr', '/en/'],
  ['/', undefined, '/en/'],
  ['/?a=1', 'ko', '/ko/?a=1'],
  ['/ways', 'ko', '/ko/ways'],
  ['/en', 'ko', '/en/'],
])('%s with Accept-Language %s leads to %s', async (target, accepted, location) => {
  const lab = await startLab();
  const fields = accepted === undefined ? {} : { 'Accept-Language': accepted };
  const response = await get(lab, target, 'GET', fields);
  expect([response.status, response.fields.get('location')]).toEqual([303, location]);
});

test('what is not there: 404, with what is', async () => {
  const lab = await startLab();
  for (const target of [
    '/else',
    '/en/else',
    '/fr/ways',
    '/en/ways/',
    '/ways/else',
    '/ways/toString',
    '//',
    '/en/live',
  ])
    expect(await get(lab, target)).toMatchObject({ status: 404, text: expect.stringContaining('/en/ways') });
  expect((await get(lab, '/en/', 'POST')).status).toBe(405);
});

test('the latest update', async () => {
  const lab = await startLab({ interval: 60_000 });
  expect(await get(lab, '/ways/latest')).toMatchObject({
    status: 200,
    type: 'application/json',
    text: `${lab.ticker.text}\n`,
  });
});

test.each(['/live', '/ways/live', '/ways/ticker', '/learn/live'])(
  '%s by plain HTTP: told that it is a WebSocket (RFC 9110 15.5.22)',
  async (target) => {
    expect((await get(await startLab(), target)).status).toBe(426);
  },
);

test.each(['/live', '/ways/ticker'])('%s pushes the current update, then each new one', async (target) => {
  const lab = await startLab({ interval: 60_000 });
  const { connection, next } = await open(lab, target);
  expect(await next()).toEqual({ ...lab.ticker.update });
  // More than a connection holds for a reader that does not come.
  for (let i = 0; i < 3; i++) connection.send('dropped'.repeat(5_000));
  lab.ticker.tick();
  expect(await next()).toEqual({ ...lab.ticker.update });
  expect((await connection.close(1000)).wasClean).toBe(true);
});

test('fifty pages at once all get each update', async () => {
  const lab = await startLab({ interval: 60_000 });
  const pages = await Promise.all(Array.from({ length: 50 }, () => open(lab, '/live')));
  for (const { next } of pages) expect(await next()).toEqual({ ...lab.ticker.update });
  lab.ticker.tick();
  for (const { next } of pages) expect(await next()).toEqual({ ...lab.ticker.update });
});

const settings = { rate: 50, poll: 20, seconds: 0.3 };

test('/ways/live runs when it is asked to, one run at a time, and every page sees it', async () => {
  const lab = await startLab();
  const [{ connection, next }, other] = [await open(lab, '/ways/live'), await open(lab, '/ways/live')];
  connection.send(JSON.stringify({ run: settings }));
  connection.send(JSON.stringify({ run: { ...settings, rate: 100 } })); // not now
  const pages = await Promise.all(
    [next, other.next].map(async (read) => {
      const told = [await read()];
      while (told.at(-1).state === 'measuring') told.push(await read());
      return told;
    }),
  );
  for (const told of pages) {
    expect(told.at(-1)).toMatchObject({
      state: 'done',
      settings: { rate: 50, clients: 1 },
      results: { webSocket: { connections: 1 } },
    });
    expect(new Set(told.map(({ at }) => at)).size).toBe(1);
    // On the way, only what is new.
    for (const { current, results } of told.slice(0, -1)) expect(Object.keys(results)).toEqual([current]);
  }
  const done = await (await open(lab, '/ways/live')).next();
  expect(done.state).toBe('done');
  const { text, type } = await get(lab, '/ways/run.csv');
  expect(type).toBe('text/csv; charset=utf-8');
  expect(text.split('\r\n')).toHaveLength(9); // the names, seven ways, and the end of the last line
  expect(text).toContain('\r\ntcp,50,1,80,');
});

test('a page that goes stops nothing; one that asks to stop does, and there may be no run', async () => {
  const lab = await startLab();
  const [starter, other] = [await open(lab, '/ways/live'), await open(lab, '/ways/live')];
  expect((await get(lab, '/ways/run.csv')).status).toBe(404);
  other.connection.send('{"stop":true}');
  starter.connection.send(JSON.stringify({ run: { seconds: 10 } }));
  await other.next();
  await starter.connection.close(1000);
  expect((await other.next()).state).toBe('measuring');
  other.connection.send('{"stop":true}');
  let state = await other.next();
  while (state.state === 'measuring') state = await other.next();
  expect(state.state).toBe('stopped');
});

test('a lab that closes stops the run', async () => {
  const lab = await startLab();
  const { connection, next } = await open(lab, '/ways/live');
  connection.send(JSON.stringify({ run: { seconds: 10 } }));
  await next();
  // A reader that stops would be waited for before the goodbye is answered.
  const reading = (async () => {
    while (await next().catch(() => undefined));
  })();
  await lab.close();
  await reading;
  expect(lab.parts.find(({ path }) => path === 'ways')!.state('en', new URLSearchParams())).toMatchObject({
    comparison: { state: 'stopped' },
  });
});

test('the page of the ways begins with the settings that its address has, if they can be run', async () => {
  const ways = (await startLab()).parts.find(({ path }) => path === 'ways')!;
  const settingsAt = (query: string) => ways.state('en', new URLSearchParams(query));
  expect(settingsAt('rate=100&loss=2.5')).toMatchObject({ settings: { rate: 100, loss: 2.5, clients: 1 } });
  expect(settingsAt('rate=1000000')).toMatchObject({ settings: { rate: 20 } });
  expect(settingsAt('rate=x')).toMatchObject({ settings: { rate: 20 } });
});

test.each([
  ['measure', 'JSON'],
  ['{', 'JSON'],
  ['"run"', 'may ask'],
  ['{"run":true}', 'may ask'],
  ['{"stop":1}', 'may ask'],
  ['null', 'may ask'],
  ['{"run":{"rate":1001}}', 'updates must be'],
  ['{"run":{"rate":"100; rm"}}', 'updates must be'],
  ['{"run":{"clients":1.5}}', 'clients must be'],
  ['{"run":{"loss":21}}', 'from 0 to 20'],
  ['{"run":{"rate":1000,"clients":50}}', '4,000 is the most'],
  [new Uint8Array([34]), 'text'],
])('a message that a page may not send ends its connection alone: %s', async (message, reason) => {
  const lab = await startLab({ interval: 60_000 });
  const [wrong, other] = [await open(lab, '/ways/live'), await open(lab, '/live')];
  wrong.connection.send(message);
  expect(await wrong.connection.closed).toMatchObject({
    code: 1008,
    reason: expect.stringContaining(reason),
  });
  expect(await other.next()).toEqual({ ...lab.ticker.update });
});

test('a message that is too large too', async () => {
  const lab = await startLab();
  const { connection } = await open(lab, '/ways/live');
  connection.send('x'.repeat(64 * 1024 + 1));
  expect(await connection.closed).toMatchObject({ code: 1009 });
});

test('a page of another origin may not connect (RFC 6455 10.2)', async () => {
  const lab = await startLab();
  await expect(open(lab, '/ways/live', { Origin: 'http://elsewhere.example' })).rejects.toMatchObject({
    response: { status: 403 },
  });
  await open(lab, '/ways/live', { Origin: lab.origin });
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
  expect(await statusOf('evil.example', '/ways/latest')).toMatch(
    /^421 .*evil\.example.*: npm start -- --allow-host evil\.example/s,
  );
  expect(await statusOf('localhost:80', '/ways/latest')).toMatch(/^200 /);
  await expect(open(lab, '/ways/live', fields('evil.example'))).rejects.toMatchObject({
    response: { status: 421 },
  });
  await open(lab, '/ways/live', fields('app.localhost:80'));

  const told = await startLab({ allowHosts: ['dev.example'], call: 'minis lab' });
  expect(await (await request(`${told.origin}/en/ways`)).text()).toContain('minis lab --compare');
  await open(told, '/ways/live', fields('dev.example'));
});

test('closing says goodbye to every page', async () => {
  const lab = await startLab();
  const { connection, next } = await open(lab, '/ways/ticker');
  await next();
  // A reader that stops would be waited for before the goodbye is answered.
  const reading = (async () => {
    for await (const _ of connection);
  })();
  await lab.close();
  await reading;
  expect(await connection.closed).toMatchObject({ code: 1001, wasClean: true });
});

// Leaving HTTP: Upgrade (RFC 9110 7.8) and CONNECT (9.3.6).
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type HttpRequest, switchProtocols } from '../../src/index.ts';
import { CLOSE, deferred, get, serve, statuses, turns } from './support.ts';

const UPGRADE = get('/', 'Connection: upgrade', 'Upgrade: other/1, echo');
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

/** Answers with echo, beginning with what was left over. */
function echo(socket: Socket, leftover: Uint8Array): void {
  socket.on('data', (bytes) => socket.write(bytes));
  socket.on('end', () => socket.end());
  socket.write(leftover);
  if (socket.readableEnded) socket.end();
  socket.resume();
}
const toEcho = () => switchProtocols({ Upgrade: 'echo' }, echo);

describe('Upgrade', () => {
  test('the socket changes hands, with the bytes that came too early', async () => {
    for (const handler of [toEcho, async () => toEcho()]) {
      const { connect, server } = await serve(handler);
      const client = await connect();
      client.send(`${UPGRADE}early`);
      expect(await client.until('early')).toBe(`${SWITCHING}early`);
      client.send('late');
      await client.until('late');
      expect(server.connections).toBe(0);
      client.socket.end();
      expect(await client.closed()).toBe(`${SWITCHING}earlylate`);
    }
  });

  test('a socket that changes hands holds nothing of the connection that it came from', async () => {
    const listeners: unknown[][] = [];
    const { connect } = await serve(() =>
      switchProtocols({ Upgrade: 'echo' }, (socket: Socket, leftover) => {
        listeners.push(socket.eventNames().flatMap((name) => socket.rawListeners(name)));
        echo(socket, leftover);
      }),
    );
    for (const client of [await connect(), await connect()]) {
      client.socket.end(UPGRADE);
      await client.closed();
    }
    // A closure would keep its connection, and with that the parser and the bytes it has read.
    const [one, other] = listeners;
    expect(one).toHaveLength(other!.length);
    one!.forEach((listener, i) => {
      expect(listener).toBe(other![i]);
    });
  });

  test('bytes that wait behind a handler that takes its time are handed over too, in order', async () => {
    const go = deferred();
    const { connect } = await serve(
      async () => {
        await go.promise;
        return toEcho();
      },
      { maxReadAhead: 1000 },
    );
    const client = await connect();
    client.send(UPGRADE);
    await turns(3);
    const early = Array.from({ length: 20_000 }, (_, i) => `${i} `).join('');
    client.send(early);
    await turns(20);
    go.resolve();
    client.socket.end();
    expect(await client.closed()).toBe(SWITCHING + early);
  });

  test('a client that has closed its half before is seen to have', async () => {
    const go = deferred();
    const { connect } = await serve(async () => {
      await go.promise;
      return toEcho();
    });
    const client = await connect();
    client.socket.end(`${UPGRADE}all`);
    await turns(10);
    go.resolve();
    expect(await client.closed()).toBe(`${SWITCHING}all`);
  });

  test('the content comes first, after its 100, and is not taken for the other protocol', async () => {
    for (const reads of [true, false]) {
      let content = '';
      const { connect } = await serve(async (request) => {
        if (reads) content = await request.text();
        return toEcho();
      });
      const client = await connect();
      client.send(UPGRADE.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n'));
      await client.until('HTTP/1.1 100 Continue\r\n\r\n');
      client.send('abcdef');
      expect(await client.until('def')).toBe(`HTTP/1.1 100 Continue\r\n\r\n${SWITCHING}def`); // rfc9110/7.8/continue-first
      expect(content).toBe(reads ? 'abc' : '');
    }
  });

  test('a reader that waits when it switches gets an error, as after any answer', async () => {
    const late = deferred<unknown>();
    const { connect } = await serve((request) => {
      request.text().then(late.resolve, late.resolve);
      return toEcho();
    });
    const client = await connect();
    client.send(UPGRADE.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\na'));
    expect(await late.promise).toMatchObject({ code: 'content-already-read', by: 'user' });
    client.send('bcdef');
    expect(await client.until('def')).toBe(`${SWITCHING}def`);
  });

  test('content that breaks a rule is refused, and nothing is taken over', async () => {
    let taken = false;
    const { ask } = await serve(() => switchProtocols({ Upgrade: 'echo' }, () => (taken = true)));
    expect(
      statuses(await ask(UPGRADE.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'))),
    ).toEqual([400]);
    expect(taken).toBe(false);
  });

  test('a client that goes away meanwhile is not taken over', async () => {
    let taken = false;
    const aborted = deferred();
    const { connect } = await serve((request) => {
      request.signal.addEventListener('abort', () => aborted.resolve());
      return switchProtocols({ Upgrade: 'echo' }, () => (taken = true));
    });
    const client = await connect();
    client.send(UPGRADE.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\nab'));
    await turns(5);
    client.socket.resetAndDestroy();
    await aborted.promise;
    await turns(5);
    expect(taken).toBe(false);
  });

  test('to what the client offered in another case', async () => {
    // rfc9110/7.8/protocol-case
    const { connect } = await serve(toEcho);
    const client = await connect();
    client.send(get('/', 'Connection: UPGRADE', 'Upgrade: ECHO'));
    await client.until('101 Switching Protocols');
  });

  // rfc9110/7.8/not-offered
  test('only to what the client offered: not another protocol, not in HTTP/1.0, not without Connection: upgrade', async () => {
    const offers = [
      get('/', 'Connection: upgrade', 'Upgrade: other'),
      get('/', 'Upgrade: echo'),
      get(),
      'GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n',
    ];
    for (const offer of offers) {
      const { ask, errors } = await serve(toEcho);
      expect(statuses(await ask(offer))).toEqual([500]);
      expect(errors).toMatchObject([{ cause: { code: 'invalid-response', by: 'user' } }]);
    }
    const { ask } = await serve(() => switchProtocols({}, echo));
    expect(statuses(await ask(UPGRADE))).toEqual([500]);
  });

  test('headers that must not be sent are refused with 500', async () => {
    for (const headers of [
      { Upgrade: 'echo', 'a\r\nb': '' },
      { Upgrade: 'echo', 'Transfer-Encoding': 'chunked' },
    ]) {
      const { ask } = await serve(() => switchProtocols(headers, echo));
      expect(statuses(await ask(UPGRADE))).toEqual([500]);
    }
  });

  test('a handler may ignore it (RFC 9110 7.8), and requests go on', async () => {
    const { ask } = await serve(({ upgrade }) => ({ body: upgrade.join('+') }));
    const received = await ask(UPGRADE + get('/', CLOSE));
    expect(statuses(received)).toEqual([200, 200]);
    expect(received).toContain('other/1+echo');
  });

  test('a takeover that fails, at once or later, is reported, and the socket closed', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    for (const takeOver of [fail, async () => fail()]) {
      const { ask, errors } = await serve(() => switchProtocols({ Upgrade: 'echo' }, takeOver));
      expect(await ask(UPGRADE)).toBe(SWITCHING);
      expect(errors).toMatchObject([{ code: 'handler-failed', by: 'user', cause: { message: 'no' } }]);
    }
  });

  test('nothing of the server stays on the socket but the guard against lost errors', async () => {
    const taken = deferred<Socket>();
    const { connect } = await serve(() => switchProtocols({ Upgrade: 'echo' }, taken.resolve));
    const client = await connect();
    client.send(UPGRADE);
    const socket = await taken.promise;
    const left = ['data', 'drain', 'close', 'error'].map((event) => socket.listenerCount(event));
    expect(left).toEqual([0, 0, 0, 1]);
    expect(socket.isPaused()).toBe(true);
    socket.destroy();
  });
});

describe('CONNECT', () => {
  const CONNECT = 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n';

  test('200 without framing fields, then a tunnel', async () => {
    let seen: HttpRequest | undefined;
    const { connect } = await serve((request) => {
      seen = request;
      return switchProtocols({}, echo);
    });
    const client = await connect();
    client.send(`${CONNECT}early`);
    expect(await client.until('early')).toBe('HTTP/1.1 200 OK\r\n\r\nearly');
    expect(seen).toMatchObject({
      method: 'CONNECT',
      target: 'a:443',
      authority: 'a:443',
      path: '',
      query: undefined,
    });
  });

  test('Content-Length in its 200 is left out (RFC 9110 9.3.6)', async () => {
    const { connect } = await serve(() => switchProtocols({ 'Content-Length': 0, 'Proxy-Agent': 'x' }, echo));
    const client = await connect();
    client.send(`${CONNECT}early`);
    expect(await client.until('early')).toBe('HTTP/1.1 200 OK\r\nProxy-Agent: x\r\n\r\nearly');
  });

  test('may be refused like any request; a 2xx that is no tunnel is 500', async () => {
    const refusing = await serve(() => ({ status: 403, body: 'no' }));
    expect(statuses(await refusing.ask(CONNECT + get('/', CLOSE)))).toEqual([403, 403]);
    const mistaken = await serve(() => ({}));
    expect(statuses(await mistaken.ask(CONNECT))).toEqual([500]);
  });

  test('with an empty or invalid port, or another form of target, is 400 (RFC 9110 9.3.6)', async () => {
    const { ask } = await serve(() => switchProtocols({}, echo));
    for (const target of ['a', 'a:', 'a:0', 'a:70000', ':1', '/', 'http://a/', '*']) {
      expect(statuses(await ask(`CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\n`))).toEqual([400]);
    }
  });
});

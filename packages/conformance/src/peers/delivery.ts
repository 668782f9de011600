/** The two ends of an exchange whose content is megabytes, and which may be closed or cut meanwhile. */
import { once } from 'node:events';
import { Agent, createServer as createNodeServer, request as nodeRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { Client, createServer, type ServerOptions } from 'http-mini';
import { Client as UndiciClient } from 'undici';
import { wasReset } from './cutting-proxy.ts';
import { readAll } from './http-peer.ts';

type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** Reads the content of a request, then answers. */
export interface Exchange {
  heard(content: AsyncIterable<Uint8Array>): Promise<void>;
  readonly answer: Body;
}

export interface DeliveryServer {
  readonly name: string;
  start(
    exchange: Exchange,
    options?: ServerOptions,
  ): Promise<{
    readonly port: number;
    /** In peace: what is under way is finished. node:http takes a response that waits for its client for one that is sent. */
    close?(): Promise<unknown>;
    destroy(): void;
  }>;
}

export interface DeliveryClient {
  readonly name: string;
  /** The oldest way to say where content ends, and the easiest to cut unseen (RFC 9112 6.3). */
  readonly readsUntilClose: boolean;
  open(port: number): {
    /** @returns the content of the response */
    exchange(body: Body | undefined): Promise<Uint8Array>;
    /** In peace, if it can. */
    close?(): Promise<unknown>;
    destroy(): unknown;
  };
}

/** A source that fails at once is told by the status. */
function expectOk(status: number): void {
  if (status !== 200) throw new Error(`answered ${status}`);
}

export const httpMiniServer: DeliveryServer = {
  name: 'http-mini',
  async start({ heard, answer }, options = {}) {
    const server = createServer(
      async (request) => {
        await heard(request.body);
        return { body: answer };
      },
      { onError: () => {}, ...options },
    );
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    return { port, close: () => server.close(), destroy: () => server.destroy() };
  },
};

export const nodeServer: DeliveryServer = {
  name: 'node:http',
  async start({ heard, answer }) {
    const server = createNodeServer(async (request, response) => {
      request.on('error', () => {});
      try {
        await heard(request);
      } catch {
        return;
      }
      if (answer instanceof Uint8Array) response.end(answer);
      else
        Readable.from(answer)
          .on('error', () => response.destroy())
          .pipe(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const destroy = (): void => {
      server.close();
      server.closeAllConnections();
    };
    return { port, destroy };
  },
};

export const httpMiniClient: DeliveryClient = {
  name: 'http-mini',
  readsUntilClose: false,
  open(port) {
    const client = new Client(`http://127.0.0.1:${port}`);
    return {
      async exchange(body) {
        const response = await client.request({ method: body === undefined ? 'GET' : 'POST', body });
        expectOk(response.status);
        return response.bytes(Infinity);
      },
      close: () => client.close(),
      destroy: () => client.destroy(),
    };
  },
};

export const undiciClient: DeliveryClient = {
  name: 'undici.request',
  readsUntilClose: false,
  open(port) {
    const client = new UndiciClient(`http://127.0.0.1:${port}`);
    return {
      async exchange(body) {
        const sent = body === undefined || body instanceof Uint8Array ? (body ?? null) : Readable.from(body);
        const response = await client.request({
          method: body === undefined ? 'GET' : 'POST',
          path: '/',
          body: sent,
        });
        expectOk(response.statusCode);
        return readAll(response.body);
      },
      close: () => client.close(),
      destroy: () => client.destroy(),
    };
  },
};

export const nodeClient: DeliveryClient = {
  name: 'node:http',
  readsUntilClose: false,
  open(port) {
    const agent = new Agent({ keepAlive: true });
    return {
      async exchange(body) {
        const request = nodeRequest({
          host: '127.0.0.1',
          port,
          agent,
          method: body === undefined ? 'GET' : 'POST',
        });
        const answered = once(request, 'response');
        answered.catch(() => {}); // it is waited for below
        request.on('error', () => {}); // after the response it concerns nobody
        if (body === undefined || body instanceof Uint8Array) request.end(body);
        else
          Readable.from(body)
            .on('error', (error) => request.destroy(error))
            .pipe(request);
        const [response] = await answered;
        expectOk(response.statusCode);
        return readAll(response);
      },
      destroy: () => agent.destroy(),
    };
  },
};

/** An HTTP/1.0 client, for which the end of the connection is the end of the content. */
export const oldClient: DeliveryClient = {
  name: 'HTTP/1.0',
  readsUntilClose: true,
  open(port) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {}); // the reader is told
    let isCut = false;
    socket.on('end', () => {
      isCut = wasReset(socket);
    });
    return {
      async exchange() {
        socket.write('GET / HTTP/1.0\r\n\r\n');
        const response = Buffer.from(await readAll(socket));
        if (isCut) throw new Error('reset');
        expectOk(Number(response.toString('latin1', 9, 12)));
        const end = response.indexOf('\r\n\r\n') + 4;
        const { length } =
          /^content-length: (?<length>\d+)\r$/im.exec(response.toString('latin1', 0, end))?.groups ?? {};
        if (length !== undefined && Number(length) !== response.length - end) throw new Error('cut off');
        return response.subarray(end);
      },
      destroy: () => socket.destroy(),
    };
  },
};

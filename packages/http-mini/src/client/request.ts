/**
 * request: one call for one response, over the clients that it keeps, one for each origin, as long as they have a
 * connection. Redirects are followed when asked (RFC 9110 15.4).
 */
import { Client } from './client.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { parseUrl, targetOf } from './origin.ts';
import type { ClientResponse } from './response.ts';

const CLIENTS = new Map<string, Client>();

function clientFor(url: URL): Client {
  let client = CLIENTS.get(url.origin);
  if (client === undefined) {
    client = new Client(url);
    client.onEmpty = () => CLIENTS.delete(url.origin);
    CLIENTS.set(url.origin, client);
  }
  return client;
}

export type { ClientOptions, ClientResponse, RequestOptions };

export async function request(url: string | URL, options: RequestOptions = {}): Promise<ClientResponse> {
  const parsed = parseUrl(url);
  const response = await clientFor(parsed).request({ ...options, target: targetOf(parsed) });
  response.url = parsed.href;
  return response;
}

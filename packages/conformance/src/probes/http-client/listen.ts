/**
 * `--listen` for HTTP: every probe waits at a URL of its own, for a client that somebody else starts. What passes over the
 * wire is seen here; what the client made of it only its driver knows, who may say so: without that, most questions stay
 * open. Each URL has its own port, since a client that keeps connections keeps them by origin.
 */

import { printable } from 'explain-mini';
import { createServer, type HttpRequest, type HttpResponse } from 'http-mini';
import type { Field } from '../../arbitraries/http.ts';
import type { Listening, ListenOptions } from '../listening.ts';
import type { Result } from '../probe.ts';
import { type RawServer, startRawServer } from '../raw-server.ts';
import { hostOf } from '../wire-line.ts';
import { type Asking, askings, type ClientProbe, findingOf, serve } from './client-probe.ts';
import { curlDriver } from './curl-driver.ts';
import { probes } from './index.ts';
import type { Told } from './outcome.ts';
import type { SeenRequest } from './script.ts';

/** A probe that waits. */
interface Case {
  readonly probe: ClientProbe;
  readonly server: RawServer;
  readonly requests: SeenRequest[];
  /** One for each exchange. */
  readonly told: Told[];
  /** `:PORT/PATH`, likewise: which name or address leads here, the client knows better. */
  readonly places: readonly string[];
}

export async function listenHttp({ host, port, quiet, chosen }: ListenOptions): Promise<Listening> {
  const cases: Case[] = [];
  const control = createServer((request) => answer(request, cases));
  const { port: controlPort } = await control.listen({ host, port }); // first: it is the one that can be busy
  const close = async (): Promise<void> => {
    await Promise.all([control.close(), ...cases.map(({ server }) => server.close())]);
  };
  try {
    for (const probe of probes) {
      // Nobody can be told when the first exchange of somebody else's client is over.
      const isAskable = probe.row.between === undefined && chosen(probe, 'http-client');
      if (isAskable) cases.push(await open(probe, host, quiet));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const base = `http://${hostOf({ host, port: controlPort })}`;
  return {
    port: controlPort,
    howTo: [
      `curl -s ${base}/curl.sh | sh   # curl itself: all cases, and what it made of them`,
      `POST ${base}/told?url=URL&status=STATUS, with field=NAME: VALUE for each line and the content; or ?url=URL&error=WHY: what the client made of it`,
      `GET ${base}/cases: a URL a line, or two; /cases.json: all of them, with methods, fields and content; /report: what came of it`,
    ],
    results: () => resultsOf(cases),
    close,
  };
}

async function open(probe: ClientProbe, host: string, quiet: number): Promise<Case> {
  const { row } = probe;
  const requests: SeenRequest[] = [];
  const paths = askings(row).map(({ target }, i) => target ?? `/${row.name}${i === 0 ? '' : '/again'}`);
  const note = (request: SeenRequest): number => {
    // Asked for the first URL, it begins anew: another client, or the same one again.
    if (request.head.split(' ', 2)[1] === paths[0]) {
      requests.length = 0;
      one.told.fill({ kind: 'not told' });
    }
    return requests.push(request);
  };
  const server = await startRawServer((connection) => serve(row, connection, note, quiet), { host });
  const one: Case = {
    probe,
    server,
    requests,
    told: paths.map(() => ({ kind: 'not told' })),
    places: paths.map((path) => `:${server.port}${path}`),
  };
  return one;
}

// ── What the driver is told, and tells ──

async function answer(request: HttpRequest, cases: readonly Case[]): Promise<HttpResponse> {
  const body = route(request, cases);
  if (body !== undefined) return { headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
  if (request.path !== '/told')
    return { status: 404, body: 'there are /cases, /cases.json, /curl.sh, /told and /report\n' };
  const said = new URLSearchParams(request.query);
  const url = said.get('url') ?? '';
  const place = /:\d+\/.*/.exec(url)?.[0] ?? '';
  const one = cases.find(({ places }) => places.includes(place));
  if (one === undefined) return { status: 404, body: `${url} is none of /cases\n` };
  one.told[one.places.indexOf(place)] = toldBy(said, await request.bytes());
  return { status: 204 };
}

function toldBy(said: URLSearchParams, content: Uint8Array): Told {
  const error = said.get('error');
  if (error !== null) return { kind: 'error', message: error };
  const lines = said.getAll('field').map((line): Field => {
    const colon = line.indexOf(':'); // the first: there may be more in the value
    return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+/, '')];
  });
  const fields = lines.length === 0 ? undefined : lines;
  return { kind: 'response', response: { status: Number(said.get('status')), fields, content } };
}

function route({ path, headers }: HttpRequest, cases: readonly Case[]): string | undefined {
  const origin = `http://${(headers.get('host') ?? 'localhost').replace(/:\d+$/, '')}`;
  if (path === '/cases') {
    const plain = cases.filter(({ probe }) => askings(probe.row).every(isPlain));
    return plain.map(({ places }) => `${places.map((place) => origin + place).join(' ')}\n`).join('');
  }
  if (path === '/cases.json') {
    const all = cases.map((one) => inJson(one, origin));
    return `${JSON.stringify(all, undefined, 2)}\n`;
  }
  if (path === '/curl.sh') return curlDriver(baseOf(headers.get('host')));
  if (path !== '/report') return undefined;
  return resultsOf(cases)
    .map(
      ({ probe, finding }) =>
        `${finding.verdict}  ${probe.level}  ${probe.name}: ${printable(finding.observed)} (${probe.expected})\n`,
    )
    .join('');
}

/** As it was asked for, and nothing that a shell would take for more than an address. */
function baseOf(host: string | undefined): string {
  return `http://${/^[\w.:[\]-]+$/.test(host ?? '') ? host : 'localhost'}`;
}

/** What a URL alone can ask for. */
function isPlain({ method = 'GET', fields, content, closes }: Asking): boolean {
  return method === 'GET' && fields === undefined && content === undefined && closes === undefined;
}

function inJson({ probe: { name, level, row }, places }: Case, origin: string): object {
  return {
    name,
    level,
    requests: askings(row).map((asking, i) => ({ method: 'GET', ...asking, url: origin + places[i] })),
  };
}

function resultsOf(cases: readonly Case[]): Result[] {
  return cases.filter(({ requests }) => requests.length > 0).map(resultOf);
}

function resultOf({ probe: { ask: _, row, ...probe }, server, requests, told }: Case): Result {
  const agent = /^user-agent:[ \t]*(.*\S)/im.exec(requests[0]!.head)?.[1];
  return {
    family: 'http-client',
    implementation: agent ?? 'a client',
    probe,
    finding: findingOf(row, { told, requests }, server),
  };
}

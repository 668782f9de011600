/**
 * URLs that a program or a server makes: what becomes of a user name and password in one, and where a redirect leads. What goes out
 * is one sound request for each, to the host that it names, and what is meant for one origin goes to no other (RFC 9110 4.2.4, 15.4).
 */
import { Client, HttpError, request } from 'http-mini';
import { connect, WebSocket, WebSocketError } from 'ws-mini';
import { type Message, readByMini } from '../message.ts';
import { conversationsOf, type Sent } from './http.ts';
import { textPayloads } from './payload.ts';
import { ANY_SIZE, readsAlike, shown, type Verdict } from './place.ts';
import { opened, openingOf } from './websocket.ts';

/** One that is tried. */
export interface Attempt {
  readonly who: string;
  readonly field: string;
  readonly payload: string;
  judge(): Promise<Verdict>;
}

/** What must not be told: in no message of an error, and to no other origin. */
const SECRET = 'secret';

// ── A user name and a password ──

const notations: readonly (readonly [how: string, url: (scheme: string, text: string) => string])[] = [
  ['a user', (scheme, text) => `${scheme}://${text}:${SECRET}@a/`],
  ['a user, encoded', (scheme, text) => `${scheme}://${encoded(text)}:${SECRET}@a/`],
  ['a password', (scheme, text) => `${scheme}://user:${SECRET}${text}@a/`],
  ['a password, encoded', (scheme, text) => `${scheme}://user:${SECRET}${encoded(text)}@a/`],
  [
    'a user, set',
    (scheme, text) => {
      const url = new URL(`${scheme}://user:${SECRET}@a/`);
      url.username = text;
      return url.href;
    },
  ],
];

/** All of it, but for surrogates that are alone. */
function encoded(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '%$&');
}

type Asked = (url: string) => Promise<{ sent: readonly Pick<Sent, 'bytes'>[]; error: unknown }>;

const clients: readonly (readonly [who: string, how: string, scheme: string, ask: Asked])[] = [
  [
    'http-mini client',
    'request',
    'http',
    (url) => conversationsOf(async (open) => (await request(url, { connect: open })).bytes()),
  ],
  [
    'http-mini client',
    'Client',
    'http',
    (url) => conversationsOf(async (open) => (await new Client(url, { connect: open }).request()).bytes()),
  ],
  ['ws-mini client', 'connect', 'ws', openingTo((url, transport) => connect(url, { transport }))],
  [
    'ws-mini client',
    'WebSocket',
    'ws',
    openingTo((url, transport) => opened(new WebSocket(url, [], { transport }))),
  ],
];

function openingTo(
  open: (url: string, transport: Parameters<Parameters<typeof openingOf>[0]>[0]) => Promise<unknown>,
): Asked {
  return async (url) => {
    const { bytes, error } = await openingOf(async (transport) => open(url, transport));
    return { sent: bytes.length === 0 ? [] : [{ bytes }], error };
  };
}

const credentials = clients.flatMap(([who, how, scheme, ask]) =>
  notations.flatMap(([where, url]) =>
    textPayloads.map(
      ({ name, text }): Attempt => ({
        who,
        field: `URL of ${how}: ${where}`,
        payload: name,
        judge: async () => judgeCredentials(who, url(scheme, text), ask),
      }),
    ),
  ),
);

async function judgeCredentials(who: string, url: string, ask: Asked): Promise<Verdict> {
  const { sent, error } = await ask(url);
  if (error !== undefined) return refusal(error, sent);
  const [message] = soundIn(sent[0]!.bytes);
  if (message === undefined) return { broken: `it sent ${shown(sent[0]!.bytes)}` };
  // As the platform reads it: what looks like a user name may be the host, and the rest a path.
  const { host, username, password } = new URL(url);
  const values = (field: string): string[] =>
    message.fields.filter(([name]) => name.toLowerCase() === field).map(([, value]) => value);
  if (values('host').join() !== host) return { broken: `the host of ${url} is named ${values('host')}` };
  const said = values('authorization');
  if (username === '' && password === '') return said.length === 0 ? 'exact' : { broken: `it says ${said}` };
  // A target and a Host have no userinfo, so a client without a field for it must not drop it in silence.
  if (!who.startsWith('ws')) return { broken: `it went out without its user: ${shown(sent[0]!.bytes)}` };
  return asRead(said) === asMeant(username, password) ? 'exact' : { broken: `${url} became ${said}` };
}

/** What a server makes of the fields (RFC 7617 2): the user is what stands before the first colon. */
function asRead(values: readonly string[]): string {
  const pair = Buffer.from(/^Basic ([\w+/]+=*)$/.exec(values.join())?.[1] ?? '', 'base64').toString();
  const colon = pair.indexOf(':');
  const hasControls = /[\x00-\x1f\x7f]/.test(pair);
  return hasControls ? 'control characters' : JSON.stringify([pair.slice(0, colon), pair.slice(colon + 1)]);
}

function asMeant(...parts: readonly string[]): string {
  return JSON.stringify(
    parts.map((part) =>
      Buffer.from(
        part.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      ).toString(),
    ),
  );
}

function refusal(error: unknown, sent: readonly Pick<Sent, 'bytes'>[]): Verdict {
  const isTyped =
    error instanceof HttpError || error instanceof WebSocketError || error instanceof DOMException;
  if (!isTyped) return { broken: `it threw ${error}` };
  if (sent.length > 0) return { broken: `refused, and sent ${shown(sent[0]!.bytes)}` };
  return error.message.includes(SECRET) ? { broken: `it tells the password: ${error.message}` } : 'refused';
}

/** The messages, if all that went out is sound and another parser agrees. */
function soundIn(bytes: Uint8Array): readonly Message[] {
  const { messages, error } = readByMini('request', bytes, ANY_SIZE);
  const isSound = error === undefined && messages.every(({ isComplete }) => isComplete);
  return isSound && readsAlike('request', bytes, messages) ? messages : [];
}

// ── Where a redirect leads ──

const FROM = 'http://one.example';
const SECRETS = {
  Authorization: `Basic ${SECRET}`,
  Cookie: SECRET,
  'Proxy-Authorization': SECRET,
  'X-Kept': 'kept',
};
const ELSEWHERE = 'http://two.example';

/** A Location, and the origin and target that it stands for; undefined: it leads nowhere. */
const LOCATIONS: readonly (readonly [location: string, origin?: string, target?: string])[] = [
  ['/next', FROM, '/next'],
  ['next', FROM, '/dir/next'],
  ['?q', FROM, '/dir/page?q'],
  ['/../../next', FROM, '/next'],
  ['/a b\tc', FROM, '/a%20bc'],
  ['/a%0d%0ax-forged:%20yes', FROM, '/a%0d%0ax-forged:%20yes'],
  ['/caf\xc3\xa9', FROM, '/caf%C3%A9'],
  ['/\xe2\x80\xae\x85', FROM, '/%E2%80%AE%85'],
  ['/"<script>', FROM, '/%22%3Cscript%3E'],
  ['/next\r\n x', FROM, '/next%20x'], // a folded line
  ['http:next', FROM, '/dir/next'],
  ['http:/next', FROM, '/next'],
  ['http://ONE.example:80/next', FROM, '/next'],
  ['http://one%2eexample/next', FROM, '/next'],
  ['http://\xef\xbd\x8fne.example/next', FROM, '/next'],
  ['http://one.example:81/next', `${FROM}:81`, '/next'],
  ['http://one.example./next', `${FROM}.`, '/next'],
  ['https://one.example/next', 'https://one.example', '/next'],
  ['https:two.example/next', 'https://two.example', '/next'],
  ['//two.example/next', ELSEWHERE, '/next'],
  ['\\\\two.example\\next', ELSEWHERE, '/next'],
  ['/\\two.example/next', ELSEWHERE, '/next'],
  ['/\t/two.example/next', ELSEWHERE, '/next'],
  ['///two.example/next', ELSEWHERE, '/next'],
  ['http:\\\\two.example/next', ELSEWHERE, '/next'],
  ['ht\ttp://two.example/next', ELSEWHERE, '/next'],
  ['http://two.example\\@one.example/', ELSEWHERE, '/@one.example/'],
  ['http://two.example?@one.example/', ELSEWHERE, '/?@one.example/'],
  ['http://two.example#@one.example/', ELSEWHERE, '/'],
  ['http://:@two.example/', ELSEWHERE, '/'],
  ['http://two.example:0/', `${ELSEWHERE}:0`, '/'],
  ['http://0x7f.1/', 'http://127.0.0.1', '/'],
  ['http://[::1]:81/', 'http://[::1]:81', '/'],
  ['http://user:pw@one.example/'],
  ['http://one.example@two.example/'],
  ['//one.example:80@two.example/'],
  ['http://one.example%00.two.example/'],
  ['http://one.example%0d%0ax-forged: yes/'],
  ['http://{two.example}/'],
  ['http://two.example:99999/'],
  ['http://'],
  ['javascript:alert(1)'],
  ['data:text/html,<script>'],
  ['file:///etc/passwd'],
  ['ftp://two.example/'],
  ['ws://two.example/'],
  ['blob:http://one.example/x'],
  ['mailto:a@two.example'],
  [''],
  ['#only-a-fragment'],
  ['/next\r\nLocation: //two.example/'],
  ['/next\0'],
  ['/next\x1b[2J'],
  ['/next\x7f'],
];

/** Those of all fields, where nothing is known of what they mean. */
const ANYWHERE = textPayloads.flatMap(({ name, text }) =>
  [text, `/${text}`, `//${text}/`, `http://${text}@two.example/`, `http://two.example/${text}`].map(
    (location, i) => [`${name}, ${i}`, Buffer.from(location).toString('latin1')] as const,
  ),
);

const redirects = [302, 307].flatMap((status) => [
  ...LOCATIONS.map(([location, origin, target]) => following(status, location, location, { origin, target })),
  ...ANYWHERE.map(([name, location]) => following(status, name, location)),
]);

interface Meant {
  readonly origin: string | undefined;
  readonly target: string | undefined;
}

function following(status: number, payload: string, location: string, meant?: Meant): Attempt {
  return {
    who: 'http-mini client',
    field: `redirects: Location of a ${status}`,
    payload: JSON.stringify(payload),
    async judge() {
      const to = (where: string): Uint8Array =>
        Buffer.from(`HTTP/1.1 ${status} x\r\nLocation: ${where}\r\nContent-Length: 0\r\n\r\n`, 'latin1');
      // And back again: what was taken away on the way does not come back.
      const answer = (number: number): string | Uint8Array =>
        [to(location), to(`${FROM}/last`)][number] ?? LAST;
      const { sent, error } = await conversationsOf(async (connect) => {
        const options = { connect, redirects: 2, method: 'PUT', body: 'content', headers: SECRETS };
        return (await request(`${FROM}/dir/page`, options)).bytes();
      }, answer);
      return judgeHops(sent, error, meant);
    },
  };
}

const LAST = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

function judgeHops(sent: readonly Sent[], error: unknown, meant: Meant | undefined): Verdict {
  if (error !== undefined && !(error instanceof HttpError)) return { broken: `it threw ${error}` };
  let hasLeft = false;
  for (const [i, { origin, bytes }] of sent.entries()) {
    const url = `${origin.isSecure ? 'https' : 'http'}://${origin.authority}`;
    const messages = soundIn(bytes);
    if (messages.length !== 1) return { broken: `hop ${i} went out as ${shown(bytes)}` };
    const [{ start, fields }] = messages as [Message];
    const hosts = fields.filter(([name]) => /^host$/i.test(name)).map(([, value]) => value);
    if (hosts.join() !== origin.authority) return { broken: `${url} was asked for the host ${hosts}` };
    if (!/^\/[!-~]*$/.test(start[1]!) || start[1]!.includes('#'))
      return { broken: `${url} was asked for ${start[1]}` };
    hasLeft ||= url !== FROM;
    const tells = Buffer.from(bytes).includes(SECRET);
    if (hasLeft && tells) return { broken: `${url} was told what is meant for ${FROM}` };
    if (!hasLeft && !tells) return { broken: `${url} was not told what is meant for it` };
    if (fields.length > FIELDS_AT_MOST) return { broken: `hop ${i} has a field too many: ${shown(bytes)}` };
    if (i === 1 && meant !== undefined && `${url} ${start[1]}` !== `${meant.origin} ${meant.target}`)
      return { broken: `it led to ${url}${start[1]}` };
  }
  const isRefused = error !== undefined && sent.length === 1;
  if (meant !== undefined && isRefused !== (meant.origin === undefined))
    return { broken: isRefused ? `it was refused: ${error}` : 'it was not refused' };
  return isRefused ? 'refused' : 'exact';
}

/** Host, what was given, and two for the content. */
const FIELDS_AT_MOST = 1 + Object.keys(SECRETS).length + 2;

export const urlAttempts: readonly Attempt[] = [...credentials, ...redirects];

/** Attacks on HTTP servers. */
import { type Asking, type Attack, PROCESS, type Target, tlsAttacks } from './attack.ts';

const HEAD = 'GET /small HTTP/1.1\r\nHost: a.example\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n';
/** MiB: a socket of Node with its connection, a head at its limit, a chunk that was read, and as much of its answer. */
const EACH = 0.25;
const limit = (connections: number, more = 0): number => PROCESS + connections * (EACH + more);

const asking: Asking = {
  opening: '',
  isOpen: () => true,
  question: `${HEAD}\r\n`,
  isAnswered: (received) => received.endsWith('\r\n\r\nhello\n'),
};

const attacks: readonly Attack[] = [
  { name: 'connections that say nothing', connections: 1000, bound: limit(1000) },
  {
    name: 'slow heads',
    connections: 200,
    first: `${HEAD}X-Slow: `,
    again: { bytes: 'a', every: 100 },
    bound: limit(200),
  },
  {
    name: 'slow bodies',
    connections: 200,
    first: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100000\r\n\r\n',
    again: { bytes: 'a', every: 100 },
    bound: limit(200),
  },
  {
    name: 'bodies that stop',
    connections: 200,
    first: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100000\r\n\r\na',
    bound: limit(200),
  },
  {
    name: 'slow readers',
    connections: 100,
    first: 'GET /large HTTP/1.1\r\nHost: a.example\r\n\r\n',
    reads: false,
    bound: limit(100, 0.5),
  },
  {
    name: 'pipelined requests, 8 MiB, answers unread',
    connections: 20,
    bytes: 8 * 1024 * 1024,
    again: { bytes: `${HEAD}\r\n` },
    reads: false,
    bound: limit(20, 1),
  },
  {
    name: 'endless header lines',
    connections: 20,
    first: HEAD,
    again: { bytes: 'X-More: of the same\r\n' },
    bound: limit(20),
  },
  {
    name: 'endless chunk extensions',
    connections: 20,
    first: `${CHUNKED}1`,
    again: { bytes: ';more=of-the-same' },
    bound: limit(20),
  },
  {
    name: 'endless trailers',
    connections: 20,
    first: `${CHUNKED}0\r\n`,
    again: { bytes: 'X-More: of the same\r\n' },
    bound: limit(20),
  },
  {
    name: 'chunks of one byte',
    connections: 20,
    first: CHUNKED,
    again: { bytes: '1\r\na\r\n' },
    bound: limit(20, 2),
  },
  { name: 'empty lines', connections: 20, again: { bytes: '\r\n' }, bound: limit(20) },
  ...tlsAttacks(limit),
];

export const onHttpServers: Target = {
  table: 'HTTP',
  program: 'http-server.ts',
  implementations: ['http-mini', 'node:http'],
  asking,
  isClient: false,
  attacks,
};

const OK = 'HTTP/1.1 200 OK\r\n';

/** Of a server on its clients: `first` answers each request. */
const attacksOnClients: readonly Attack[] = [
  {
    name: 'a server: endless 1xx',
    connections: 20,
    again: { bytes: 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' },
    bound: limit(20),
  },
  {
    name: 'a server: endless header lines',
    connections: 20,
    first: OK,
    again: { bytes: 'X-More: of the same\r\n' },
    bound: limit(20),
  },
  {
    name: 'a server: endless chunk extensions',
    connections: 20,
    first: `${OK}Transfer-Encoding: chunked\r\n\r\n1`,
    again: { bytes: ';more=of-the-same' },
    bound: limit(20),
  },
  {
    name: 'a server: endless trailers',
    connections: 20,
    first: `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n`,
    again: { bytes: 'X-More: of the same\r\n' },
    bound: limit(20),
  },
  {
    name: 'a server: content that stops',
    connections: 20,
    first: `${OK}Content-Length: 100\r\n\r\na`,
    bound: limit(20),
  },
  {
    name: 'a server: a head that never ends',
    connections: 20,
    first: OK,
    bound: limit(20),
  },
];

/** The bystander asks the client's process, which asks a server that means no harm. */
export const onHttpClients: Target = {
  table: 'HTTP',
  program: 'http-client.ts',
  implementations: ['http-mini client', 'undici'],
  asking: {
    opening: '',
    isOpen: () => true,
    question: '?',
    isAnswered: (received) => received.endsWith('hello\n'),
  },
  isClient: true,
  attacks: attacksOnClients,
};

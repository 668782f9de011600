/**
 * WebSocket: servers that echo, only receive, or broadcast; clients; connections that are idle. Frames are built here, once,
 * byte for byte.
 */
import { constants, deflateRawSync } from 'node:zlib';
import { encodeFrame, encodeUtf8, type FrameInit, Opcode } from 'ws-mini/wire';
import { TAKEN, UPGRADE } from './processes/work.ts';
import { base64, IDLE, type Scenario } from './scenario.ts';

const OFFER = UPGRADE.replace(/\r\n$/, 'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n');

const MASK_KEY = 0x37fa213d;

/** What is said, and comes back. */
type Message = Pick<FrameInit, 'opcode' | 'rsv'> & { readonly payload: Uint8Array };

const binary = (length: number): Message => ({
  opcode: Opcode.binary,
  payload: new Uint8Array(length).fill(0x61),
});
const text = (content: string): Message => ({ opcode: Opcode.text, payload: encodeUtf8(content) });

function compressed(content: string): Message {
  const payload = deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  return { opcode: Opcode.text, rsv: 4, payload };
}

function echo(name: string, message: Message, connections: number, depth: number): Scenario {
  const { length } = message.payload;
  const request = encodeFrame({ ...message, maskKey: MASK_KEY });
  const answerHeader = encodeFrame(message).subarray(0, -length);
  const isCompressed = message.rsv !== undefined;
  const task = {
    opening: base64(isCompressed ? OFFER : UPGRADE),
    request: base64(request),
    content: length,
    header: answerHeader.length,
    isCompressed,
    connections,
    depth,
  };
  return {
    name: `ws ${name}, ${depth} in flight`,
    unit: 'messages',
    kind: 'server',
    ours: 'ws-mini',
    peers: isCompressed ? ['ws'] : ['ws', 'ws+bufferutil'],
    ...(isCompressed && { work: 'deflate' }),
    task,
    ceiling: [base64(answerHeader), `${length}`, `${request.length}`, 'websocket'],
  };
}

/** Beside servers that are native, too. */
function natively(scenario: Scenario): Scenario {
  return { ...scenario, peers: [...scenario.peers, 'bun-websocket', 'deno-websocket'] };
}

/** The same under a version of Node that need not be the one that runs the bench. */
function onNode(node: number, scenario: Scenario): Scenario {
  return { ...scenario, name: `${scenario.name}, Node ${node}`, peers: ['ws', 'ws+bufferutil'], node };
}

/** The same by `for await`, with each `send` awaited, where the peers have a listener. */
function byLoop(scenario: Scenario): Scenario {
  const name = scenario.name.replace(',', ' by loop,');
  return { ...scenario, name, peers: ['ws', 'bun-websocket'], work: 'loop' };
}

/** The same by a program written for ws, on ws-mini. */
function byInterfaceOfWs(scenario: Scenario): Scenario {
  const name = scenario.name.replace('ws', 'ws-mini/ws');
  return { ...scenario, name, ours: 'ws-mini-ws', peers: ['ws', 'ws+bufferutil'] };
}

/** The server counts messages, and says one byte whenever it has taken so many that the load may send more. */
function receive(name: string, length: number): Scenario {
  const messages = TAKEN / length;
  const request = Buffer.concat(
    Array<Uint8Array>(messages).fill(encodeFrame({ ...binary(length), maskKey: MASK_KEY })),
  );
  const header = encodeFrame(text('x')).subarray(0, -1);
  const { task, ...scenario } = echo('', binary(length), 8, 1);
  return {
    ...scenario,
    name: `ws receive ${name}`,
    peers: ['ws', 'ws+bufferutil'],
    work: 'receive',
    task: { ...task, request: base64(request), messages, content: 1, header: header.length },
    ceiling: [base64(header), '1', `${request.length}`, 'websocket'],
  };
}

/** Ours, the plain connection and the browser's interface, each beside the peers that offer the like. */
const CLIENTS = { connect: ['ws client', 'ws client+bufferutil'], WebSocket: ['undici WebSocket'] };

function clients(name: string, length: number, connections: number, depth: number): Scenario[] {
  const { ceiling } = echo('', binary(length), connections, depth);
  const common = { unit: 'messages', kind: 'client', clients: 'websocket-clients' } as const;
  const task = { content: length, connections, depth };
  return Object.entries(CLIENTS).map(([ours, peers]) => ({
    name: `client ${ours} ${name}, ${depth} in flight`,
    ours: `ws-mini ${ours}`,
    peers,
    ...common,
    task,
    ceiling: ceiling!,
  }));
}

/** One connection says it, all get it. */
function broadcast(length: number, connections: number): Scenario {
  const { task, ceiling, ...scenario } = echo('', binary(length), connections, 4);
  const name = `ws broadcast ${length} B to ${connections.toLocaleString('en-GB')}`;
  const all = { task: { ...task, audience: connections }, ceiling: [...ceiling!, 'everybody'] };
  return { ...scenario, name, peers: ['ws', 'ws+bufferutil'], work: 'broadcast', ...all };
}

/** After one message; compressed by both sides where the work is about that. */
function idle(name: string, message: Message, work: string, connections = IDLE): Scenario {
  const about = { name: `idle WebSocket${name}`, peers: ['ws'], kind: 'idle', unit: 'bytes', work } as const;
  return { ...echo('', message, connections, 1), ...about };
}

/** Each may take a quarter of a megabyte: fewer tell enough. */
const WITH_DEFLATE = 3000;
const SENTENCE = 'What is said once may well be said again. ';
/** Connections; each takes a file descriptor on both sides. */
const MANY = 10_000;
const many = (scenario: Scenario): Scenario => ({ ...scenario, onlyAs: MANY.toLocaleString('en-GB') });

export const webSocketScenarios: readonly Scenario[] = [
  natively(echo('echo 16 B', binary(16), 64, 1)),
  natively(echo('echo 16 B', binary(16), 64, 32)),
  byLoop(echo('echo 16 B', binary(16), 64, 32)),
  echo('echo 128 B text', text('a'.repeat(128)), 64, 16),
  byInterfaceOfWs(echo('echo of text, 16 B', text('a'.repeat(16)), 64, 1)),
  byInterfaceOfWs(echo('echo of text, 16 B', text('a'.repeat(16)), 64, 32)),
  byInterfaceOfWs(echo('echo of text, 64 KiB', text('a'.repeat(64 * 1024)), 16, 1)),
  natively(echo('echo 1 KiB', binary(1024), 64, 1)),
  natively(echo('echo 1 KiB', binary(1024), 64, 4)),
  echo('echo 1 KiB', binary(1024), 64, 32),
  echo('echo 1 KiB of Korean', text('한'.repeat(341)), 64, 4),
  natively(echo('echo 64 KiB', binary(64 * 1024), 16, 1)),
  natively(echo('echo 64 KiB', binary(64 * 1024), 4, 32)),
  onNode(24, echo('echo 64 KiB', binary(64 * 1024), 16, 1)),
  onNode(24, echo('echo 64 KiB', binary(64 * 1024), 4, 32)),
  echo('echo 1 MiB', binary(1024 * 1024), 4, 1),
  echo('deflate 1 KiB', compressed(SENTENCE.repeat(25)), 64, 4),
  receive('16 B', 16),
  receive('1 KiB', 1024),
  receive('64 KiB', 64 * 1024),
  broadcast(64, 1000),
  many(broadcast(64, MANY)),
  ...clients('16 B', 16, 1, 1),
  ...clients('16 B', 16, 4, 32),
  ...clients('64 KiB', 64 * 1024, 4, 4),
  idle('', binary(16), 'echo'),
  idle(', deflate', compressed(SENTENCE.repeat(50)), 'deflate', WITH_DEFLATE),
  idle(', with context', compressed(SENTENCE.repeat(50)), 'context', WITH_DEFLATE),
  many(idle(', 10,000 of them', binary(16), 'echo', MANY)),
];

/** A probe of what a client makes of a response, as a row: the response, and whether there is a connection then. */
import { type AboutRow, aboutOf } from '../about.ts';
import type { Finding, Probe, Terms } from '../probe.ts';
import { Conversation } from '../websocket/conversation.ts';
import { text } from '../websocket/frame.ts';
import { notAsked } from '../websocket/frame-probe.ts';
import { fieldOf, type Head } from '../websocket/head.ts';
import { receiveHead } from '../websocket-server/open.ts';
import type { WebSocketClientPeer } from './client-peer.ts';
import { encodeResponse, type Response } from './open.ts';

export interface ResponseRow extends AboutRow {
  readonly response: Response | ((request: Head) => Response);
  readonly outcome: keyof typeof OUTCOMES;
  /** How the response and the first frame leave. */
  readonly delivery?: 'byte by byte' | 'in one write';
  /** Sent before the response. */
  readonly before?: string;
  /** Subprotocols to ask for, and the extension that has to be offered. */
  readonly protocols?: readonly string[];
  readonly needsOffer?: 'permessage-deflate' | 'client_max_window_bits';
}

/** A client that does not open says nothing; whether it ends TCP at once is asked by a probe of its own. */
const OUTCOMES = {
  opens: 'echoes what comes behind the response',
  fails: 'says nothing',
  'does not open': 'says nothing',
  'ends TCP': 'ends TCP, and says nothing',
} as const;

export function responseProbes(rows: readonly ResponseRow[]): Probe<WebSocketClientPeer>[] {
  return rows.map((row) => ({
    ...aboutOf(row, OUTCOMES[row.outcome]),
    ask: (peer, terms) => ask(row, peer, terms),
  }));
}

async function ask(row: ResponseRow, peer: WebSocketClientPeer, terms: Terms): Promise<Finding> {
  const line = await peer.open(terms, 0, row.protocols);
  if (line === undefined) return notAsked('the client did not come', []);
  try {
    const request = await receiveHead(line);
    if (request === undefined) return notAsked('the client asked for nothing', line.transcript);
    if (row.protocols !== undefined && fieldOf(request, 'sec-websocket-protocol') === undefined)
      return notAsked('it asks for no subprotocol', line.transcript);
    if (
      row.needsOffer !== undefined &&
      !(fieldOf(request, 'sec-websocket-extensions') ?? '').includes(row.needsOffer)
    )
      return notAsked(`it does not offer ${row.needsOffer}`, line.transcript);
    const conversation = new Conversation(line, 'client', request.length, extensionOf(row, request));
    const head = encodeResponse(
      request,
      typeof row.response === 'function' ? row.response(request) : row.response,
    );
    const response = Buffer.from((row.before ?? '') + head, 'latin1');
    const frame = conversation.encode(text('first'));
    if (row.delivery === 'in one write') line.send(Buffer.concat([response, frame]));
    else if (row.delivery === 'byte by byte') await line.sendByteByByte(Buffer.concat([response, frame]));
    else {
      line.send(response);
      line.send(frame);
    }
    // After a status of HTTP, a client may keep the connection: the FIN lets it go.
    if (row.outcome === 'does not open') line.halfClose();
    await conversation.until(() => conversation.heard.length > 0);
    const first = conversation.heard[0];
    const isOpen = first?.type === 'text';
    const isEchoed = isOpen && Buffer.from(first.data).toString() === 'first';
    const isHeld =
      row.outcome === 'opens' ? isEchoed : !isOpen && (row.outcome !== 'ends TCP' || conversation.hasEnded);
    return {
      verdict: isHeld ? 'held' : 'broken',
      observed: conversation.observed,
      transcript: line.transcript,
    };
  } finally {
    line.close();
  }
}

function extensionOf({ response }: ResponseRow, request: Head): string | undefined {
  const { fields } = typeof response === 'function' ? response(request) : response;
  const value = fields?.['Sec-WebSocket-Extensions'];
  return typeof value === 'string' ? value : undefined;
}

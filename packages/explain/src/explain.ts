/** explain: one direction of a connection, from its first byte. */
import { RequestHead } from 'http-mini/wire';
import {
  type CommonOptions,
  canBeginFrame,
  Direction,
  type Explanation,
  type Offer,
  type Side,
  sequelOfRequest,
  sequelOfResponse,
} from './direction.ts';

export interface ExplainOptions extends CommonOptions {
  /** Whose bytes they are. Default: a server's if they begin with "HTTP/" or with an unmasked frame, else a client's. */
  from?: Side | undefined;
  /** The methods of the requests that a server answers, in order (RFC 9112 6.3). Default: GET for each. */
  methods?: readonly string[] | undefined;
  /** What the client asked for; a server's 101 must fit it (RFC 6455 4.1). */
  offer?: Offer | undefined;
}

/**
 * Explains what one side of a connection sent: HTTP messages, the frames after an upgrade, or frames alone; the last one
 * may be incomplete. Never throws for what is in the bytes, and does not change them.
 *
 * One direction cannot tell whether a request to upgrade was granted. What follows it is taken for frames if it can be one;
 * `explainConnection` knows.
 *
 * @param bytes whole, or in pieces
 */
export function explain(bytes: Uint8Array | Iterable<Uint8Array>, options: ExplainOptions = {}): Explanation {
  // Not `instanceof`: bytes may be of another realm.
  const pieces = ArrayBuffer.isView(bytes) ? [bytes as Uint8Array] : [...bytes];
  const from = options.from ?? guessFrom(pieces, options.begins);
  const methods = options.methods && [...options.methods];
  const direction = new Direction(from, options, {
    nextMethod: () => (methods === undefined ? 'GET' : methods.shift()),
    onHead: () => {},
    sequelOf: (head, following, isEnd) =>
      head instanceof RequestHead
        ? sequelOfRequest(head, following, isEnd)
        : sequelOfResponse(head, options.offer),
  });
  for (const piece of pieces) direction.receive(piece);
  return direction.end() ?? { from, offset: 0, text: '', fields: [], awaits: undefined, error: undefined };
}

function guessFrom(pieces: readonly Uint8Array[], begins: CommonOptions['begins']): Side {
  const start = pieces.flatMap((piece) => [...piece.subarray(0, 5)]).slice(0, 5);
  const [first = 0, second = 0] = start;
  if (begins === 'frames' || (begins === undefined && canBeginFrame(first)))
    return start.length > 1 && second < 0x80 ? 'server' : 'client';
  return String.fromCharCode(...start) === 'HTTP/' ? 'server' : 'client';
}

/** `minis explain FILE|-`: the bytes of one side of a connection, field by field: HTTP messages, frames, or both. */
import { createReadStream } from 'node:fs';
import { explain, formatExplanation } from 'explain-mini';
import { isToken } from 'http-mini/wire';
import { inflater } from 'ws-mini';
import { CommandError, only, parse, systemError, UsageError, wholeNumber } from './usage.ts';

export const help: string = `minis explain: every byte of one side of a connection, with its field, RFC section and value

  minis explain [options] FILE|-    - reads standard input
    --client, --server              whose bytes they are (a server's if they begin with HTTP/ or a frame without mask)
    --http, --frames                what they begin with (frames if the first byte can be of one)
    --method METHOD                 of the request that a response answers; repeat it for several (GET)
    --deflate                       permessage-deflate was agreed on: RSV1 marks compressed messages
    --hex                           FILE has the bytes in hexadecimal, spaces and line ends aside
    --why                           why each field is there
    --rows N                        rows of 8 bytes for a long field (4)

HTTP messages, the frames behind an upgrade, or frames alone. Exit code 1 if the bytes break a rule. Bytes that end early
say what they still wait for.

Try: printf 'GET / HTTP/1.1\\r\\nHost: example.com\\r\\n\\r\\n' | minis explain --why -
     echo 81 85 37fa213d 7f9f4d5158 | minis explain --hex -
`;

const OPTIONS = {
  client: { type: 'boolean' },
  server: { type: 'boolean' },
  http: { type: 'boolean' },
  frames: { type: 'boolean' },
  method: { type: 'string', multiple: true },
  deflate: { type: 'boolean' },
  hex: { type: 'boolean' },
  why: { type: 'boolean' },
  rows: { type: 'string', default: '4' },
} as const;

/** An explanation is many times as long as the bytes, and no one reads it to the end of a film. */
const MAX_BYTES = 16 * 1024 * 1024;

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, OPTIONS);
  const file = only(positionals, 'one FILE, or - for standard input');
  if (values.client && values.server) throw new UsageError('--client or --server, not both');
  if (values.http && values.frames) throw new UsageError('--http or --frames, not both');
  if (values.client && values.method)
    throw new UsageError("--method is for a server's responses, a request has its own");
  const wrong = values.method?.find((method) => !isToken(method)); // RFC 9110 9.1
  if (wrong !== undefined) throw new UsageError(`--method ${JSON.stringify(wrong)} is not a method`);
  const maxRows = wholeNumber('--rows', values.rows, 1, MAX_BYTES);

  const bytes = await read(file);
  const explanation = explain(values.hex ? fromHex(bytes, file) : bytes, {
    from: values.client ? 'client' : values.server || values.method ? 'server' : undefined,
    begins: values.http ? 'http' : values.frames ? 'frames' : undefined,
    methods: values.method,
    compression: values.deflate,
    inflater: () => inflater(MAX_BYTES),
  });
  if (explanation.error !== undefined) process.exitCode = 1;
  process.stdout.write(formatExplanation(explanation, { maxRows, why: values.why }));
}

async function read(file: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of file === '-' ? process.stdin : createReadStream(file)) {
      pieces.push(piece as Uint8Array);
      size += (piece as Uint8Array).length;
      if (size > MAX_BYTES)
        throw new CommandError(`${file}: more than ${MAX_BYTES} bytes: explain a part of it`);
    }
  } catch (error) {
    throw systemError(error, file);
  }
  if (size === 0) throw new CommandError(`${file}: no bytes, and so nothing to explain`);
  return Buffer.concat(pieces);
}

function fromHex(bytes: Uint8Array, file: string): Uint8Array {
  const digits = Buffer.from(bytes).toString('latin1').replace(/\s+/g, '');
  const wrong = /[^0-9a-f]/i.exec(digits)?.[0];
  if (wrong !== undefined)
    throw new CommandError(`${file}: ${JSON.stringify(wrong)} is not a hexadecimal digit`);
  if (digits.length % 2 === 1)
    throw new CommandError(`${file}: an odd number of hexadecimal digits: half a byte is missing`);
  return Buffer.from(digits, 'hex');
}

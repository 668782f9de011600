// `ws-mini explain FILE|-`: the bytes of one side of a connection, field by field.

import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { inflater } from '../connection/inflate.ts';
import { explain, formatExplanation } from '../explain.ts';
import { CommandError, explained, UsageError, usage, wholeNumber } from './usage.ts';

export const EXPLAIN_HELP = `ws-mini explain: every byte and bit of one side of a connection, with its field, RFC section and value

  ws-mini explain [options] FILE|-    - reads standard input
    --client, --server                whose bytes they are (a server's where they begin with HTTP/ or a
                                      frame without mask)
    --hex                             FILE has the bytes in hexadecimal, spaces and line ends aside
    --deflate                         permessage-deflate was agreed on: RSV1 marks compressed messages
    --rows N                          rows of 8 bytes for a long field (4)
    --help

The bytes begin with the opening handshake, or with a frame. Exit code 1 where they break a rule. Bytes
that end early say what they still wait for.

Try: echo 81 85 37fa213d 7f9f4d5158 | ws-mini explain --hex -
`;

const OPTIONS = {
  client: { type: 'boolean' },
  server: { type: 'boolean' },
  hex: { type: 'boolean' },
  deflate: { type: 'boolean' },
  rows: { type: 'string', default: '4' },
} as const;

/** An explanation is some thirty times as long as the bytes, and nobody reads that of a film. */
const MAX_BYTES = 16 * 1024 * 1024;

export async function explainFile(args: string[]): Promise<void> {
  const { values, positionals } = usage(() => parseArgs({ args, options: OPTIONS, allowPositionals: true }));
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError('explain takes one FILE, or - for standard input');
  if (values.client && values.server) throw new UsageError('--client or --server, not both');
  const maxRows = wholeNumber('--rows', values.rows, 1, MAX_BYTES);
  const from = values.client ? 'client' : values.server ? 'server' : undefined;

  const bytes = await read(file);
  const explanation = explain(values.hex ? fromHex(bytes, file) : bytes, {
    from,
    compression: values.deflate,
    inflate: inflater(MAX_BYTES),
  });
  if (explanation.error !== undefined) process.exitCode = 1;
  process.stdout.on('error', () => {}); // `| head` has seen enough
  process.stdout.write(formatExplanation(explanation, { maxRows }));
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
    throw explained(error, file);
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

/** `http-mini explain FILE|-`: the bytes of HTTP messages, field by field. */
import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { explain, formatExplanation } from '../explain.ts';
import { CommandError, systemError, UsageError, usage, wholeNumber } from './usage.ts';

export const EXPLAIN_HELP = `http-mini explain: every byte of HTTP messages, with its field, RFC section and value

  http-mini explain [options] FILE|-    - reads standard input
    --request, --response               what the bytes are (a response where they begin with HTTP/)
    --method METHOD                     of the request that a response answers; repeat it for several (GET)
    --rows N                            rows of 8 bytes for a long field (4)
    --help

Exit code 1 where the bytes break a rule. Bytes that end early say what they still wait for.

Try: printf 'GET / HTTP/1.1\\r\\nHost: example.com\\r\\n\\r\\n' | http-mini explain -
`;

const OPTIONS = {
  request: { type: 'boolean' },
  response: { type: 'boolean' },
  method: { type: 'string', multiple: true },
  rows: { type: 'string', default: '4' },
} as const;

/** An explanation is some twenty times as long as the bytes, and nobody reads that of a film. */
const MAX_BYTES = 16 * 1024 * 1024;

export async function explainFile(args: string[]): Promise<void> {
  const { values, positionals } = usage(() => parseArgs({ args, options: OPTIONS, allowPositionals: true }));
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('explain takes one FILE, or - for stdin');
  if (values.request && values.response) throw new UsageError('--request or --response, not both');
  if (values.request && values.method)
    throw new UsageError('--method is for responses, a request has its own');
  const maxRows = wholeNumber('--rows', values.rows, 1, MAX_BYTES);
  const kind = values.request ? 'request' : values.response || values.method ? 'response' : undefined;

  const explanation = explain(await read(file), { kind, methods: values.method });
  if (explanation.error !== undefined) process.exitCode = 1;
  process.stdout.on('error', () => {}); // `| head` has seen enough
  process.stdout.write(formatExplanation(explanation, { maxRows }));
}

async function read(file: string): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of file === '-' ? process.stdin : createReadStream(file)) {
      pieces.push(piece as Uint8Array);
      size += (piece as Uint8Array).length;
      if (size > MAX_BYTES) throw new CommandError(`${file}: more than ${MAX_BYTES} bytes: explain a part`);
    }
  } catch (error) {
    throw systemError(error, file);
  }
  if (size === 0) throw new CommandError(`${file}: no bytes, and so nothing to explain`);
  return pieces;
}

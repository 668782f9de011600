/** Content of a request or of a response over a slow link: whoever reads it has all of it, or is told. */
import { Client, createServer } from 'http-mini';
import { deferred } from '../../src/properties/deferred.ts';
import { content } from '../content.ts';
import { type Case, type ConsumerName, consumers, fateOf, type Link, message, slowly } from './case.ts';
import { SlowLink } from './slow-link.ts';

const directions = ['client sends', 'server sends'] as const;
const ends = ['nobody closes', 'server closes', 'client closes', 'reset', 'nothing more'] as const;
type End = (typeof ends)[number];

/** Of a link that hands nothing on any more: it is noticed when so many milliseconds have passed without progress. */
const PATIENCE = 1500;

/** @param sizes of content, in bytes */
export function httpCases(links: readonly Link[], sizes: readonly number[]): Case[] {
  return links.flatMap((link) =>
    sizes.flatMap((size) =>
      directions.flatMap((direction) =>
        consumers.flatMap((consumer) =>
          ends.map(
            (end): Case => ({
              name: `HTTP, ${end}: ${direction} ${size} bytes over ${link.name}, read by ${consumer}`,
              row: end,
              isPeaceful: end === 'nobody closes' || end.endsWith(' closes'),
              run: (signal) => exchange(link, size, direction === 'client sends', consumer, end, signal),
            }),
          ),
        ),
      ),
    ),
  );
}

async function exchange(
  link: Link,
  size: number,
  isUpload: boolean,
  consumer: ConsumerName,
  end: End,
  signal: AbortSignal,
) {
  const sent = content(size, size % 251);
  const half = Math.max(1, Math.floor(size / 2));
  const patience =
    end === 'nothing more' ? { requestTimeout: PATIENCE, stallTimeout: PATIENCE, idleTimeout: PATIENCE } : {};
  const begun = deferred();
  let heard: Promise<{ seen?: Uint8Array; error?: string }> | undefined;
  const server = createServer(
    async (request) => {
      begun.resolve();
      heard = outcome(read(request.body, consumer));
      await heard;
      return { body: isUpload ? 'done' : sent };
    },
    { ...patience, maxContentBytes: Infinity, onError() {} },
  );
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  const closers: Partial<Record<End, () => void>> = {
    // Of a request that has not come it knows nothing, and may close.
    'server closes': () => void begun.promise.then(() => server.close()),
    'client closes': () => void client.close(),
  };
  const way = new SlowLink(port, link);
  const what = end === 'reset' || end === 'nothing more' ? end : closers[end];
  // The head counts, too, so that a byte of content is reached.
  if (what !== undefined) way.expect({ after: half + 60, what });
  const client = new Client(
    `http://127.0.0.1:${await way.listen()}`,
    end === 'nothing more' ? { responseTimeout: PATIENCE, contentTimeout: PATIENCE } : {},
  );
  const stop = (): void => {
    client.destroy();
    server.destroy();
    way.close();
  };
  signal.addEventListener('abort', stop);
  try {
    const answered = await outcome(
      (async () => {
        const response = await client.request(isUpload ? { method: 'POST', body: sent } : {});
        return read(response.body, isUpload ? 'a loop' : consumer);
      })(),
    );
    if (!isUpload) {
      const { seen, error } = answered;
      return { fate: fateOf(seen, sent, error !== undefined), told: error ?? 'no error' };
    }
    // The server's reader knows best; the client must be told if it does not know that the server has it.
    const { seen, error } = (await heard) ?? { error: 'the request never came' };
    const fate = fateOf(seen, sent, error !== undefined && answered.error !== undefined);
    return { fate, told: `server: ${error ?? 'no error'}; client: ${answered.error ?? 'no error'}` };
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function read(body: AsyncIterable<Uint8Array>, consumer: ConsumerName): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) {
    parts.push(Uint8Array.from(part));
    if (consumer === 'a slow loop') await slowly();
  }
  return Buffer.concat(parts);
}

async function outcome(reading: Promise<Uint8Array>): Promise<{ seen?: Uint8Array; error?: string }> {
  try {
    return { seen: await reading };
  } catch (error) {
    return { error: message(error) };
  }
}

// The examples by themselves, as a reader would run them: each answers a client of ours.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from 'ws-mini';
import { bundled } from '../../../scripts/for-tests/commands.ts';

const start = await bundled(join(import.meta.dirname, '..'), 'examples/*.ts');

test.each(['chat', 'ticker', 'video', 'game'])('%s', async (name) => {
  const example = start('examples/alone.ts', [name, '0']);
  const [, url] = /on (ws:\S+);/.exec(await firstLine(example))!;
  const connection = await connect(url!);
  for await (const message of connection) {
    expect(message.length).toBeGreaterThan(0);
    break;
  }
  await connection.close(1000);
});

async function firstLine({ stdout }: { stdout: AsyncIterable<Buffer> }): Promise<string> {
  let text = '';
  for await (const chunk of stdout) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text;
}

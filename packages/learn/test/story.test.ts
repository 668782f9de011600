// A server that is asked may answer anything: what is told of it steers no terminal, and forges no line of ours.
import { type Result, websocketServerProbes } from 'conformance/asking';
import { printableLines } from 'explain-mini';
import { expect, test } from 'vitest';
import type { Asked } from '../src/ask.ts';
import { formatAllBytes, formatGoal, formatInShort } from '../src/story.ts';

const NASTY = 'a\r\nheld  all goals\x1b[2J\x9b31m\x07\x85\u202e\u2028\0';

function asked(observed: string, bytes: Uint8Array): Asked {
  const transcript = (['sent', 'received'] as const).map((way, at) => ({ at, way, bytes, connection: 0 }));
  const finding: Result['finding'] = { verdict: 'broken', observed, transcript };
  const probe = websocketServerProbes[0]!;
  return { family: 'websocket-server', implementation: observed, probe, finding, quiet: 100, way: 'whole' };
}

test.each(
  (['http', 'ws', 'tcp'] as const).flatMap((track) =>
    (['en', 'ko'] as const).map((language) => [track, language] as const),
  ),
)('%s, %s', (track, language) => {
  for (const bytes of [
    Buffer.from(NASTY),
    Buffer.from(NASTY, 'latin1'),
    Buffer.from(`HTTP/1.1 200 ${NASTY}\r\n${NASTY}: ${NASTY}\r\n\r\n`),
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 40\r\nx: \x9b31m\r\n\r\n${NASTY}`, 'latin1'),
  ]) {
    const goal = asked(NASTY, bytes);
    for (const told of [
      formatGoal(goal, track, language),
      formatAllBytes(goal, track, language),
      formatInShort(goal, language),
    ]) {
      expect(printableLines(told)).toBe(told);
      expect(told).not.toMatch(/^held/m);
    }
  }
});

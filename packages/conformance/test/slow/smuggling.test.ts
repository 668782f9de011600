// Would the trial behind proxies see it? With a server that counts otherwise than the proxy, or answers the wrong one, it does.
import { describe, expect, onTestFinished, test } from 'vitest';
import { sayThatSkipped } from '../../../../scripts/for-tests/programs.ts';
import { behind, proxies, type Sabotage } from '../../reliability/differential/proxies.ts';
import { Random } from '../../reliability/random.ts';

const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'knows no Content-Length',
    receives: (text) => text.replace(/^((?:.+\r\n)+)content-length:.*\r\n/gim, '$1'),
  },
  {
    name: 'looks for the end of chunks, and believes no size',
    receives: (text) => text.replace(/(^|\r\n\r\n)[0-9a-f]+\r\n(?=0\r\n\r\n)/gi, '$1'),
  },
  {
    name: 'answers each with what the one before asked for',
    sends: () => {
      let late = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
      return (text) => {
        const answer = late;
        late = text;
        return answer;
      };
    },
  },
];

/** The first usually has several; in what order the requests of many clients come is the system's affair. */
const ROUNDS = 50;

describe.each(proxies)('$name', (proxy) => {
  const isThere = proxy.version() !== undefined;
  if (!isThere) sayThatSkipped(`${proxy.name} is not installed: ${proxy.install}`);

  test.skipIf(!isThere).each(SABOTAGES)('before a server that $name', async (sabotage) => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    let found = 0;
    for (let round = 0; found === 0 && round < ROUNDS; round++) {
      const { failures } = await behind(proxy, 300, new Random(round), stop.signal, () => {}, sabotage);
      found = failures.length;
    }
    expect(found).toBeGreaterThan(0);
  });
});

/** A file becomes shorter while it is served: its client must not take what came for the whole. */
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type HttpError, request } from 'http-mini';
import { becomes, type Check } from './check.ts';
import { LARGE, withFolder } from './folder.ts';
import { end, hasProc, minis, openFilesOf, portOf } from './program.ts';

export const truncated: Check = {
  name: 'truncated',
  run: (signal) =>
    withFolder(async (folder) => {
      const program = minis(['serve', '--port', '0', folder], signal);
      try {
        const url = `http://127.0.0.1:${await portOf(program, signal)}`;
        await (await request(`${url}/hello.txt`, { connection: 'close' })).text();
        const before = hasProc ? openFilesOf(program) : 0;
        const response = await request(`${url}/large`, { connection: 'close', signal });
        const parts = response.body[Symbol.asyncIterator]();
        let bytes = (await parts.next()).value!.length;
        truncateSync(join(folder, 'large'), 0);
        let ending = 'complete';
        try {
          for (let part = await parts.next(); !part.done; part = await parts.next())
            bytes += part.value.length;
        } catch (error) {
          ending = (error as HttpError).code;
        }
        const again = await (await request(`${url}/hello.txt`, { connection: 'close' })).text();
        const isLetGo = await becomes(() => !hasProc || openFilesOf(program) <= before, signal);
        return [
          {
            what: 'minis serve, a file cut to nothing while it is served',
            expected: 'an error for its client, others are served, the file is let go',
            told: `${bytes < LARGE ? 'a part' : 'all'} of it came, then ${ending}; the next client got ${JSON.stringify(again)}; ${isLetGo ? 'no file is left open' : 'IT IS STILL OPEN'}`,
            held: ending !== 'complete' && bytes < LARGE && again === 'hello\n' && isLetGo,
          },
        ];
      } finally {
        await end(program);
      }
    }),
};

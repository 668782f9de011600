/**
 * The learner's copies, in `my/` of the folder that the command runs in: of the rung that this one is built on, usually the one below, and of the rung with a
 * fault, to find it. What a learner has written is never overwritten without being kept beside.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { baseOf, fileOf, isClone, mendFileOf, withFault } from './ladder.ts';
import type { Rung } from './rung.ts';
import { codeOf } from './shown.ts';

const FOLDER = 'my';

export function copyOf(rung: Rung): string {
  return join(FOLDER, `${rung.track}-${rung.number}${extname(fileOf(rung))}`);
}

/** Made when first asked for. @returns whether it was made now */
export function makeCopy(rung: Rung): boolean {
  const path = copyOf(rung);
  if (existsSync(path)) return false;
  mkdirSync(dirname(path), { recursive: true });
  const base = baseOf(rung);
  if (base === undefined) writeFileSync(path, FIRST);
  else writeFileSync(path, `${headOf(rung, base)}${codeOf(fileOf(base))}`);
  return true;
}

/** Not that of the rung below, whose question and goals are others. */
function headOf({ track, number, question }: Rung, base: Rung): string {
  return `// ${track} ${number}: ${question.en}\n// Begun from our rung ${base.number}.\n`;
}

/** Begins again, and keeps what was there. @returns where it is kept, if there was something */
export function resetCopy(rung: Rung): string | undefined {
  const path = copyOf(rung);
  const old = path.replace(/(\.\w+)$/, '.old$1');
  const wasThere = existsSync(path);
  if (wasThere) renameSync(path, old);
  makeCopy(rung);
  return wasThere ? old : undefined;
}

/** Our rung with its fault. @returns its path */
export function makeMend(rung: Rung): string {
  const path = copyOf(rung).replace(/(\.\w+)$/, '-mend$1');
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    if (isClone) writeFileSync(path, withFault(rung, readFileSync(fileOf(rung), 'utf8')));
    else copyFileSync(mendFileOf(rung), path); // the fault is made in the text with types
  }
  return path;
}

/** There is no rung below the first: a listener that says nothing. */
const FIRST = `import { createServer } from 'node:net';

createServer((socket) => {
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  // TODO
}).listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
`;

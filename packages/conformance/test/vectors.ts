// The blocks of http-mini's test vectors that other implementations can be given too: those without options of its parser.
import { readdirSync, readFileSync } from 'node:fs';

export interface Vector {
  readonly file: string;
  readonly name: string;
  /** What is asked before a response; nothing before a request. */
  readonly methods: string;
  readonly bytes: Uint8Array;
}

const FOLDER = new URL('../../http-mini/test/wire/vectors/', import.meta.url);

export function vectors(kind: 'request' | 'response'): Vector[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.md') && file !== 'README.md');
  return files.flatMap((file) =>
    readFileSync(new URL(file, FOLDER), 'utf8')
      .split(/^## /m)
      .flatMap((part) => {
        const block = new RegExp(`^\`\`\`${kind}([ A-Z]*)\\n(.*?)^\`\`\`$`, 'ms').exec(part);
        if (block === null) return [];
        const text = block[2]!.replace(/^=> .*$/gm, '').replace(/[\n▶]/g, '');
        const bytes = Buffer.from(unescaped(text), 'latin1');
        return [{ file, name: part.slice(0, part.indexOf('\n')), methods: block[1]!.trim(), bytes }];
      }),
  );
}

/** See the README there. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|\{(\d+) ([^}]+)\}|(.))/g, (_, hex, count, repeated, letter) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (count !== undefined) return unescaped(repeated).repeat(Number(count));
    return { r: '\r', n: '\n', t: '\t', '0': '\0' }[letter as string] ?? letter;
  });
}

/** The versions of those whom others have written, as they are installed here: `minis` comes without ws and undici. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const NODE: string = process.versions.node;
export const UNDICI: string | undefined = installed(() => require('undici/package.json').version);
export const WS: string | undefined = installed(() => require('ws/package.json').version);

function installed(version: () => string): string | undefined {
  try {
    return version();
  } catch {
    return undefined;
  }
}

/** The versions of those whom others have written, as they are installed here. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const NODE: string = process.versions.node;
export const UNDICI: string = require('undici/package.json').version;
export const WS: string = require('ws/package.json').version;

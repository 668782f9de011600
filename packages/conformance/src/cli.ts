#!/usr/bin/env node
/** `npm run conformance`. */
import { conformance } from './main.ts';

await conformance(process.argv.slice(2), 'conformance', 'npm run conformance --');

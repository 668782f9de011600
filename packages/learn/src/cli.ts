#!/usr/bin/env node
/** `npm run learn`. */
import { learn } from './main.ts';

await learn(process.argv.slice(2), 'npm run learn --');

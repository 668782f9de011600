#!/usr/bin/env node
/** `npm start`. */
import { lab } from './main.ts';

await lab(process.argv.slice(2), 'npm start --');

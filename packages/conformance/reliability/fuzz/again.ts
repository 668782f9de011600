#!/usr/bin/env node
/** Runs one input of the fuzzer again, as a failure names it: `tsx --conditions=@minis/source again.ts TARGET BASE64 CUT`. */
import { cutFor } from './fuzzer.ts';
import { instrument } from './instrument.ts';

const [name, input = '', cut = '0'] = process.argv.slice(2);
const { targets } = await instrument();
const target = targets.find((one) => one.name === name);
if (target === undefined)
  throw new Error(`there is no target ${name}: ${targets.map((one) => one.name).join('; ')}`);
target.run(Uint8Array.from(Buffer.from(input, 'base64')), cutFor(Number(cut)));
process.stdout.write('held\n');

// The laws that are asked without a pair, a few inputs each: `npm run test:long` is for more. And each of them on somebody
// with one fault, since a law that nothing can break would say nothing.

import { describe, expect, test } from 'vitest';
import { anyRequestBytes } from '../src/arbitraries/http-messages.ts';
import { makeTheSame } from '../src/properties/differential.ts';
import {
  type Explainer,
  fieldsArePartition,
  httpExplainer,
  webSocketExplainer,
} from '../src/properties/explain.ts';
import { delimiterMachine } from '../src/properties/framing-machines.ts';
import { requestMachine } from '../src/properties/http-machines.ts';
import { lawGroups } from '../src/properties/index.ts';
import { anyCutIsTheSame, costIsLinear, garbageEnds, type Machine } from '../src/properties/machine.ts';
import type { Property } from '../src/properties/property.ts';
import { protocolMachine } from '../src/properties/websocket-machines.ts';

const RUNS = Number(process.env['FC_RUNS'] ?? 50);
/** The same inputs each time, so that a red test is about the change at hand; FC_SEED and the command look further. */
const SEED = Number(process.env['FC_SEED'] ?? 1);

describe.each(lawGroups)('$title', ({ properties }) => {
  test.each(properties.map((one) => ({ name: one.name, one })))(
    '$name',
    async ({ one }) => {
      const runs = RUNS * one.times;
      expect(await one.run(runs, SEED)).toEqual({ held: runs });
    },
    60_000 + RUNS * 200,
  );
});

describe('a law is broken by one fault', () => {
  /** Somebody who does the same but for what is changed in the lines, or in the pieces before. */
  function faulty<Options>(
    machine: Machine<Options>,
    { lines = (all) => all, pieces = (all) => all }: Fault,
  ): Machine<Options> {
    return { ...machine, events: (given, options) => lines(machine.events(pieces(given), options), given) };
  }
  interface Fault {
    lines?: (all: string[], pieces: readonly Uint8Array[]) => string[];
    pieces?: (all: readonly Uint8Array[]) => readonly Uint8Array[];
  }

  test.each<[string, Property, RegExp]>([
    [
      'law 1: drops the last byte of each piece but the last',
      anyCutIsTheSame(
        faulty(requestMachine, {
          pieces: (all) => all.map((piece, i) => piece.subarray(0, i < all.length - 1 ? -1 : piece.length)),
        }),
      ),
      /^events: got/,
    ],
    [
      'law 1: takes a piece for a message',
      anyCutIsTheSame(faulty(protocolMachine, { lines: (all, { length }) => [...all, `${length}`] })),
      /^events: got/,
    ],
    [
      'law 4: throws what is no error of ours',
      garbageEnds(
        faulty(requestMachine, {
          lines: (all) => (all.some((line) => line.includes('invalid-method')) ? new Array(-1) : all),
        }),
      ),
      /^Invalid array length/,
    ],
    [
      'law 4: goes on after the error',
      garbageEnds(faulty(protocolMachine, { lines: (all) => [...all, 'text: x'] })),
      /^what comes last: got \["error [\s\S]*"text: x"/,
    ],
    [
      'law 4: names a byte that has not come',
      garbageEnds(faulty(requestMachine, { lines: (all) => all.map((line) => line.replace(/\d+$/, '999')) })),
      /^a place within/,
    ],
    [
      'law 4: forgets a limit',
      garbageEnds({
        ...delimiterMachine,
        events: (pieces, options) =>
          delimiterMachine.events(pieces, { ...options, maxMessageBytes: Infinity }),
      }),
      /^an event beyond the limits: got "0/,
    ],
    [
      'law 5: copies all that waits for each piece',
      costIsLinear(
        faulty(requestMachine, {
          pieces: (all) => all.map((piece, i) => Buffer.concat(all.slice(0, i + 1)).subarray(-piece.length)),
        }),
      ),
      /^\d+ bytes in pieces of \d+ cost \d+/,
    ],
    [
      'law 3: has a gap',
      fieldsArePartition(changed(httpExplainer, (fields) => fields.toSpliced(1, 1))),
      /^the/,
    ],
    [
      'law 3: has an overlap',
      fieldsArePartition(changed(webSocketExplainer, (fields) => [...fields, ...fields.slice(-1)])),
      /^the begin of/,
    ],
    [
      'law 3: says another value',
      fieldsArePartition(
        changed(httpExplainer, (fields) =>
          fields.map((field) =>
            field.name === 'field-value' ? { ...field, value: `${field.value}.` } : field,
          ),
        ),
      ),
      /^values: got/,
    ],
    [
      'law 3: says another opcode',
      fieldsArePartition(
        changed(webSocketExplainer, (fields) =>
          fields.map((field) => (field.name === 'opcode' ? { ...field, value: '7' } : field)),
        ),
      ),
      /^bits: got/,
    ],
    [
      'law 6: sees something else, which has no name',
      makeTheSame(
        'sees',
        'a ↔ b',
        anyRequestBytes,
        async () => [
          { observe: async (bytes: Uint8Array) => bytes.length },
          { observe: async (bytes: Uint8Array) => bytes.filter((byte) => byte < 0x80).length },
        ],
        (_, mini, peer) => (mini === peer ? undefined : { mini, peer }),
      ),
      /^a difference without a name: got {"mini"/,
    ],
  ])('that %s', async (_, one, message) => {
    const { failure } = await one.run(2000, 1);
    expect(failure?.message).toMatch(message);
  });

  type Fields = ReturnType<Explainer<unknown>['explain']>['fields'];

  function changed<Options>(
    machine: Explainer<Options>,
    change: (fields: Fields) => Fields,
  ): Explainer<Options> {
    return {
      ...machine,
      explain(bytes, options) {
        const explanation = machine.explain(bytes, options);
        return { ...explanation, fields: change(explanation.fields) };
      },
    };
  }
});

// What lies open, as it is chosen, changed, cut and linked to; and what the page begins with.
import { describe, expect, test } from 'vitest';
import { Desk } from '../../src/wire/desk.ts';
import { bytesOf } from '../../src/wire/recording.ts';
import { recordingOf, stateOf } from '../../src/wire/state.ts';

const desk = (query = '') => new Desk(stateOf(new URLSearchParams(query)));
const queryOf = ({ link }: Desk) => ('query' in link.value ? link.value.query : undefined);
const of = (from: 'client' | 'server', offset: number) => ({ from, offset });

test('a change is in the link, and opens as it was; undone, the exchange has its own link again', () => {
  const one = desk('exchange=ws-text');
  expect(queryOf(one)).toBe('exchange=ws-text');
  one.edit(of('client', 1), 1, Uint8Array.of(6));
  expect(one.replayed.value?.server.broken?.code).toBe('frame-not-masked');
  const again = desk(queryOf(one));
  expect(bytesOf(again.recording.value, 'client')).toEqual(bytesOf(one.recording.value, 'client'));
  expect(again.replayed.value?.server.broken?.code).toBe('frame-not-masked');
  one.reset();
  expect([queryOf(one), one.isChanged.value]).toEqual(['exchange=ws-text', false]);
  expect(one.replayed.value?.server.broken).toBeUndefined();
});

test('the chosen byte is one that is there', () => {
  const one = desk('exchange=ws-text');
  one.choose(of('client', 99));
  expect(one.chosen.value).toEqual(of('client', 11));
  for (let i = 0; i < 12; i++) one.edit(one.chosen.value!, 1, new Uint8Array(0));
  expect(one.chosen.value).toBeUndefined();
  one.reset();
  expect(bytesOf(one.recording.value, 'client').length).toBe(12);
});

test('pieces of any size give the same events', () => {
  const one = desk('exchange=http-keep');
  const events = () => one.replayed.value?.server.events.map(({ kind, value }) => [kind, value]);
  const before = events();
  one.pieceSize.value = 3;
  expect(one.cut.value.passages.length).toBeGreaterThan(40);
  expect(events()).toEqual(before);
});

test('datagrams are not cut, and no protocol of ours reads them', () => {
  const one = desk('exchange=udp');
  one.pieceSize.value = 1;
  expect([one.cut.value.passages.length, one.reading.value, one.replayed.value]).toEqual([
    3,
    undefined,
    undefined,
  ]);
});

test('the page begins with what was pasted, and finds out whose it is and what it begins with', () => {
  const state = (query: Record<string, string>) => stateOf(new URLSearchParams(query));
  expect(state({ paste: '81 85 37 fa 21 3d 7f' })).toMatchObject({
    exchange: undefined,
    begins: 'frames',
    passages: [{ from: 'client', hex: '818537fa213d7f' }],
  });
  expect(state({ paste: 'HTTP/1.1 204 No Content\n\n', crlf: 'on' })).toMatchObject({
    begins: 'http',
    passages: [{ from: 'server' }],
  });
  expect(state({ paste: 'GET', from: 'server', style: 'text' })).toMatchObject({
    passages: [{ from: 'server' }],
  });
  expect(state({ paste: '4', style: 'hex' })).toMatchObject({
    exchange: 'http-close',
    fault: { code: 'odd-digits' },
  });
});

describe('a dump of both sides, as Wireshark follows a TCP stream', () => {
  const dump = `00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a   GET / HT TP/1.1..
00000010  48 6f 73 74 3a 20 61 0d  0a 0d 0a                  Host: a. ...
    00000000  48 54 54 50 2f 31 2e 31  20 32 30 34 20 4e 6f 0d   HTTP/1.1  204 No.
    00000010  0a 0d 0a                                           ...
0000001B  47 45 54 20 2f 20 48 54                            GET / HT
`;
  const read = (paste: string, more = {}) => stateOf(new URLSearchParams({ paste, ...more }));

  test('becomes a conversation', () => {
    const state = read(dump);
    expect(state).toMatchObject({ begins: 'http', fault: undefined });
    const { passages } = recordingOf(state);
    expect(passages.map(({ from, bytes }) => [from, bytes.length])).toEqual([
      ['client', 27],
      ['server', 19],
      ['client', 8],
    ]);
  });

  test('whose margin can be the server’s', () => {
    expect(read(dump, { from: 'server' }).passages[0]?.from).toBe('server');
  });

  test('says where it is wrong', () => {
    const cut = dump.replace('    00000010  0a 0d 0a', '    00000020  0a 0d 0a');
    expect(read(cut).fault).toMatchObject({ code: 'offset-wrong', at: cut.indexOf('    00000020') });
  });
});

test('its state survives JSON', () => {
  const state = stateOf(new URLSearchParams('begins=frames&client=gQA&server=gQA&fin=server'));
  expect(recordingOf(JSON.parse(JSON.stringify(state)))).toEqual(recordingOf(state));
});

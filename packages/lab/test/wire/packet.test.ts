// Packets as tcpdump and Wireshark give them, headers and all.
import { expect, test } from 'vitest';
import { packetOf } from '../../src/wire/packet.ts';
import { readPaste } from '../../src/wire/paste.ts';

const TCP = 'd4311f900000000100000002501802000000 0000'.replaceAll(' ', '');
const HELLO = '810548656c6c6f';
const IPV4 = `4500002f1234400040060000 7f0000017f000001 ${TCP}${HELLO}`.replaceAll(' ', '');
const IPV6 = `600000000 01b0640 ${'0'.repeat(31)}1 ${'0'.repeat(31)}1 ${TCP}${HELLO}`.replaceAll(' ', '');
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const read = (text: string) => {
  const paste = readPaste({ text, style: undefined, crlf: true, from: undefined });
  if ('fault' in paste) throw new Error(paste.fault.says.en);
  return { ...paste, hex: Buffer.from(paste.recording.passages[0]!.bytes).toString('hex') };
};

test.each([
  ['IPv4', IPV4, 40],
  ['IPv6', IPV6, 60],
  ['Ethernet', `${'0'.repeat(24)}0800${IPV4}`, 54],
  ['Ethernet, filled up', `${'0'.repeat(24)}0800${IPV4}00000000`, 54],
  ['IPv6 over Ethernet', `${'0'.repeat(24)}86dd${IPV6}`, 74],
  ['Linux cooked', `${'0'.repeat(28)}0800${IPV4}`, 56],
])('%s: the headers are taken off', (_name, hex, headers) => {
  const packet = packetOf(bytes(hex))!;
  expect(Buffer.from(packet.payload).toString('hex')).toBe(HELLO);
  expect(packet.headers).toBe(headers);
});

test.each([
  ['a cut packet', IPV4.slice(0, -2)],
  ['UDP', IPV4.replace('4006', '4011')],
  ['a stream', HELLO],
  ['a stream that begins like IPv4', Buffer.from(`EHLO ${'a'.repeat(80)}\r\n`).toString('hex')],
])('%s is none', (_name, hex) => {
  expect(packetOf(bytes(hex))).toBeUndefined();
});

test('a paste of tcpdump -X, with its own first line', () => {
  const dump = `12:00:00.000001 IP 127.0.0.1.54321 > 127.0.0.1.8080: Flags [P.], seq 1:8, ack 1, length 7
\t0x0000:  4500 002f 1234 4000 4006 0000 7f00 0001  E../.4@.@.......
\t0x0010:  7f00 0001 d431 1f90 0000 0001 0000 0002  .....1..........
\t0x0020:  5018 0200 0000 0000 8105 4865 6c6c 6f    P.........Hello
`;
  expect(read(dump)).toMatchObject({ hex: HELLO, headers: 40, guessed: 'server' });
});

test('a packet without bytes of the stream says so', () => {
  const empty = IPV4.replace('4500002f', '45000028').slice(0, 80);
  const paste = readPaste({ text: empty, style: undefined, crlf: true, from: undefined });
  expect(paste).toMatchObject({ fault: { code: 'no-payload' } });
});

test('both sides as arrays of C, as Wireshark follows a stream', () => {
  const paste = read(`char peer0_0[] = { /* Packet 4 */
0x81, 0x80, 0x00, 0x00, 0x00, 0x00 };
char peer1_0[] = { /* Packet 6 */
0x81, 0x00 };
`);
  expect(
    paste.recording.passages.map(({ from, bytes }) => [from, Buffer.from(bytes).toString('hex')]),
  ).toEqual([
    ['client', '818000000000'],
    ['server', '8100'],
  ]);
});

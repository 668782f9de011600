// Bytes as people paste them. The dumps are what the programs print for the same 40 bytes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InputOptions, readInput } from '../../src/wire/input.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\nX: \xff |x|  y\r\n\r\n';
const WANTED = Buffer.from(REQUEST, 'latin1');
const bytes = (text: string, options?: InputOptions): Buffer => {
  const read = readInput(text, options);
  if ('fault' in read) throw new Error(`${read.fault.code}: ${read.fault.says.en}`);
  return Buffer.from(read.bytes);
};
const fault = (text: string, options?: InputOptions) => {
  const read = readInput(text, options);
  return 'fault' in read ? read.fault : undefined;
};

test('a long text with an escape is read, or is too long', () => {
  expect(fault(`${'x'.repeat(300_000)}\\n`)).toMatchObject({ code: 'too-long' });
  expect(fault(`${'한'.repeat(100_000)}\\n`)).toMatchObject({ code: 'too-long' });
});

describe('hexadecimal', () => {
  const dumps: Record<string, string> = {
    xxd: `00000000: 4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET / HTTP/1.1..
00000010: 486f 7374 3a20 610d 0a58 3a20 ff20 7c78  Host: a..X: . |x
00000020: 7c20 2079 0d0a 0d0a                      |  y....
`,
    'xxd -g1': `00000000: 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..
00000010: 48 6f 73 74 3a 20 61 0d 0a 58 3a 20 ff 20 7c 78  Host: a..X: . |x
00000020: 7c 20 20 79 0d 0a 0d 0a                          |  y....
`,
    'xxd -p': `474554202f20485454502f312e310d0a486f73743a20610d0a583a20ff20
7c787c2020790d0a0d0a
`,
    'hexdump -C': `00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
00000010  48 6f 73 74 3a 20 61 0d  0a 58 3a 20 ff 20 7c 78  |Host: a..X: . |x|
00000020  7c 20 20 79 0d 0a 0d 0a                           ||  y....|
00000028
`,
    'od -A x -t x1z': `000000 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  >GET / HTTP/1.1..<
000010 48 6f 73 74 3a 20 61 0d 0a 58 3a 20 ff 20 7c 78  >Host: a..X: . |x<
000020 7c 20 20 79 0d 0a 0d 0a                          >|  y....<
000028
`,
    'Wireshark, hex and ASCII dump': `0000   47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a   GET / HTTP/1.1..
0010   48 6f 73 74 3a 20 61 0d 0a 58 3a 20 ff 20 7c 78   Host: a..X: . |x
0020   7c 20 20 79 0d 0a 0d 0a                           |  y....
`,
    'Wireshark, hex dump': `0000   47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a
0010   48 6f 73 74 3a 20 61 0d 0a 58 3a 20 ff 20 7c 78
0020   7c 20 20 79 0d 0a 0d 0a
`,
    'tcpdump -X': `\t0x0000:  4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET./.HTTP/1.1..
\t0x0010:  486f 7374 3a20 610d 0a58 3a20 ff20 7c78  Host:.a..X:...|x
\t0x0020:  7c20 2079 0d0a 0d0a                      |..y....
`,
    'a stream': WANTED.toString('hex'),
    spaces: WANTED.toString('hex')
      .replace(/..(?=.)/g, '$& ')
      .toUpperCase(),
    colons: WANTED.toString('hex').replace(/..(?=.)/g, '$&:'),
    'an array of C': `{ ${[...WANTED].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')} };`,
    'a Buffer of Node': `<Buffer ${WANTED.toString('hex').replace(/..(?=.)/g, '$& ')}>`,
    'an escaped string of Wireshark': `"${WANTED.toString('hex').replace(/../g, '\\x$&')}"`,
  };
  test.each(Object.entries(dumps))('%s', (_name, dump) => {
    expect(bytes(dump).toString('latin1')).toBe(REQUEST);
    expect(bytes(dump.replaceAll('\n', '\r\n'), { style: 'hex' }).toString('latin1')).toBe(REQUEST);
  });

  test('a line that a dump repeats', () => {
    const dump = `00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
00000040  61                                                |a|
00000041
`;
    expect(bytes(dump)).toEqual(Buffer.concat([Buffer.alloc(64), Buffer.from('a')]));
  });

  test('a part of a longer dump', () => {
    expect(bytes('00000030: 0d0a\n00000032: 61')).toEqual(Buffer.from('\r\na'));
  });

  test('groups of four digits are bytes, and not offsets', () => {
    expect(bytes('0001 0002\n0003 0004').toString('hex')).toBe('0001000200030004');
    expect(bytes('8186 37fa').toString('hex')).toBe('818637fa');
    expect(bytes('8186').toString('hex')).toBe('8186');
  });

  test('says where it is wrong', () => {
    expect(fault('47 4', { style: 'hex' })).toMatchObject({ code: 'odd-digits', at: 3 });
    expect(fault('47 45\n47 zz', { style: 'hex' })).toMatchObject({ code: 'not-hexadecimal', at: 9 });
    expect(fault('00000000: 4745\n00000010: 4745', { style: 'hex' })).toMatchObject({
      code: 'offset-wrong',
      at: 15,
    });
    expect(fault(`0000: 00\n*\nffffffff: 00`, { style: 'hex' })).toMatchObject({ code: 'offset-wrong' });
  });
});

describe('escapes', () => {
  test.each([
    ['as in C', String.raw`GET / HTTP/1.1\r\nHost: a\r\n\r\n`, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'one line for each line',
      'GET / HTTP/1.1\\r\\n\nHost: a\\r\\n\n\\r\\n',
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    ['quoted', String.raw`"a\x0d\n"`, 'a\r\n'],
    ['quoted line by line', '"a\\n"\n"b\\n";', 'a\nb\n'],
    ['as in a shell', String.raw`$'\x81\205'`, '\x81\x85'],
    ['as in Python', String.raw`b'\x81\x85'`, '\x81\x85'],
    ['octal, quotes, tab, backslash', String.raw`\0\101\"\t\\`, '\0A"\t\\'],
  ])('%s', (_name, text, wanted) => {
    expect(bytes(text, { style: 'escapes' }).toString('latin1')).toBe(wanted);
  });

  test('letters beyond ASCII are UTF-8', () => {
    expect(bytes('안\\uB155', { style: 'escapes' }).toString()).toBe('안녕');
  });

  test('says which escape there is none of, and where', () => {
    expect(fault(String.raw`ab\q`, { style: 'escapes' })).toMatchObject({ code: 'unknown-escape', at: 2 });
    expect(fault(`"a"\n"b\\q"`, { style: 'escapes' })).toMatchObject({ code: 'unknown-escape', at: 6 });
  });
});

test('text: the lines of a form end with CRLF, or with LF if asked for', () => {
  expect(bytes('GET / HTTP/1.1\nHost: a\n\n').toString()).toBe('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(bytes('a\r\nb\n').toString()).toBe('a\r\nb\r\n');
  expect(bytes('a\nb', { style: 'text', crlf: false }).toString()).toBe('a\nb');
});

test('tells the style by itself', () => {
  const style = (text: string) => (readInput(text) as { style: string }).style;
  expect(style('81 85 37')).toBe('hex');
  expect(style(String.raw`GET / HTTP/1.1\r\n`)).toBe('escapes');
  expect(style('GET / HTTP/1.1\n')).toBe('text');
});

test('refuses nothing and too much', () => {
  expect(fault('  \n')).toMatchObject({ code: 'no-bytes' });
  expect(fault('00'.repeat(70_000))).toMatchObject({ code: 'too-long' });
  expect(fault('x'.repeat(600_000))).toMatchObject({ code: 'too-long' });
});

test('reads what was written, in every style', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (data) => {
      const buffer = Buffer.from(data);
      const pairs = buffer.toString('hex').replace(/..(?=.)/g, '$& ');
      expect(bytes(pairs, { style: 'hex' })).toEqual(buffer);
      expect(bytes(pairs.replace(/(\w\w) ?/g, '\\x$1'), { style: 'escapes' })).toEqual(buffer);
    }),
  );
});

test('whatever is pasted, it is read, or a fault says why', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-fx: |*\n]*$/));
  fc.assert(
    fc.property(text, fc.constantFrom('hex', 'escapes', 'text', undefined), (text, style) => {
      const read = readInput(text, { style: style as InputOptions['style'] });
      if ('fault' in read && read.fault.at !== undefined)
        expect(read.fault.at).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 500 },
  );
});

// The names of what llhttp and http-mini's parsers part on. The comparison itself is a trial: reliability/differential.
import { expect, test } from 'vitest';
import {
  compareRequest,
  compareResponse,
  OF_REQUESTS,
  OF_RESPONSES,
} from '../reliability/differential/parsers.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

// So that the lists hold nothing that llhttp, or http-mini, does no more.
test.each(OF_REQUESTS)('$id, $rule, is met by its example', ({ id, example }) => {
  expect(compareRequest(bytes(example))).toMatchObject({ names: [id], unnamed: undefined });
});

test.each(OF_RESPONSES)('$id, $rule, is met by its example', ({ id, example }) => {
  expect(compareResponse(bytes(example))).toMatchObject({ names: [id], unnamed: undefined });
});

test('the same is the same', () => {
  const request = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\naGET / HTTP/1.1\r\nHost: a\r\n\r\n';
  expect(compareRequest(bytes(request))).toMatchObject({ names: [], unnamed: undefined });
  expect(compareResponse(bytes('HTTP/1.1 200 OK\r\n\r\na'))).toMatchObject({ names: [], unnamed: undefined });
});

// Every byte of a message: where it lies, what it is, which section of which RFC says so; from the offsets of the real
// parser. A message that ends early says what it waits for, a broken one which rule it breaks.
//   npx tsx --conditions=@minis/source packages/explain/examples/messages.ts
import { explain, formatExplanation } from 'explain-mini';

const messages = [
  'POST /form HTTP/1.1\r\nHost: example.com\r\nContent-Length: 11\r\n\r\nname=socket',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6;note=hi\r\nchunks\r\n0\r\nX-Sum: 6\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: exam',
  // Request smuggling: one recipient may see one request here, another two. So it is refused.
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin',
];
for (const message of messages) console.log(formatExplanation(explain(Buffer.from(message, 'latin1'))));

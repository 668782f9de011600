// Both protocols in a browser: a whole conversation of each, every byte of it made and read by the page itself.
import { explain } from 'explain-mini';
import { encodeRequestHead, octets, ResponseParser, ServerProtocol } from 'http-mini/wire';
import { encodeFrame, Opcode, Protocol } from 'ws-mini/wire';

const text = (bytes) => new TextDecoder().decode(bytes);
const bytesOf = (output) =>
  (typeof output === 'string' ? [output] : output).map((part) =>
    typeof part === 'string' ? octets(part) : part,
  );

function http() {
  const server = new ServerProtocol();
  server.receive(octets(`${encodeRequestHead('POST', '/echo', { Host: 'a', 'Content-Length': '5' })}hello`));
  const { method, target } = server.nextRequest();
  let content = '';
  for (let event = server.nextContent(); event.type !== 'end'; event = server.nextContent())
    content += text(event.bytes);
  server.begin({ trailers: { sum: '5' } });
  server.send(octets(`${method} ${target} ${content}`));
  server.end();

  const client = new ResponseParser().expect('POST');
  for (const bytes of bytesOf(server.output.take())) client.receive(bytes);
  let seen = '';
  for (let event = client.next(); event !== undefined; event = client.next()) {
    if (event.type === 'head') seen += `${event.status} `;
    if (event.type === 'content') seen += text(event.bytes);
    if (event.type === 'end') seen += `, sum ${event.trailers.get('sum')}`;
  }
  server.receive(octets('GET / HTTP/1.1\r\n\r\n'));
  return [seen, server.nextRequest().error.code, server.state];
}

function websocket() {
  const client = new Protocol({ role: 'client', maskKey: () => 0x37fa213d });
  const server = new Protocol({ role: 'server' });
  const deliver = (from, to) => from.takeOutput().forEach((bytes) => void to.receive(bytes));
  client.sendText('안녕');
  deliver(client, server);
  server.sendText(`${server.next().data}!`);
  deliver(server, client);
  const { data } = client.next();
  server.receive(encodeFrame({ opcode: Opcode.ping, fin: false, maskKey: 1 }));
  return [data, server.next().error.code];
}

const { fields } = explain(octets('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
globalThis.result = JSON.stringify({ http: http(), websocket: websocket(), explain: fields[0].name });

// Both protocols in a browser: a whole conversation of each, every byte of it made and read by the page itself.
import { explain } from 'explain-mini';
import { ClientProtocol, encodeRequest, octets, ServerProtocol } from 'http-mini/wire';
import { encodeFrame, Opcode, Protocol } from 'ws-mini/wire';

const text = (bytes) => new TextDecoder().decode(bytes);

/** Whatever waits in the output of the one is received by the other. */
function deliver(from, to) {
  const taken = from.output.take();
  for (const part of typeof taken === 'string' ? [taken] : taken)
    to.receive(typeof part === 'string' ? octets(part) : part);
}

/** All content that has come, and what came at its end. */
function contentOf(protocol) {
  let content = '';
  for (let event = protocol.nextContent(); event !== undefined; event = protocol.nextContent()) {
    if (event.type === 'content') content += text(event.bytes);
    if (event.type === 'end') return { content, trailers: event.trailers };
  }
  return { content };
}

function http() {
  const [client, server] = [new ClientProtocol(), new ServerProtocol()];
  client.begin(
    encodeRequest({ method: 'POST', target: '/echo', headers: { Expect: '100-continue' } }, 5, 'a'),
  );
  deliver(client, server);
  const { method, target } = server.nextRequest();
  contentOf(server); // nothing is there yet; the client is invited
  deliver(server, client);
  const { status: invited } = client.nextResponse();
  client.send(octets('hello'));
  client.end();
  deliver(client, server);

  server.begin({ trailers: { sum: '5' } });
  server.send(octets(`${method} ${target} ${contentOf(server).content}`));
  server.end();
  deliver(server, client);
  const { status } = client.nextResponse();
  const { content, trailers } = contentOf(client);

  server.receive(octets('GET / HTTP/1.1\r\n\r\n'));
  const { error } = server.nextRequest();
  return [`${invited}, ${status}`, `${content}, sum ${trailers.get('sum')}`, error.code, server.state];
}

function websocket() {
  const client = new Protocol({ role: 'client', maskKey: () => 0x37fa213d });
  const server = new Protocol({ role: 'server' });
  client.sendText('안녕');
  for (const bytes of client.takeOutput()) server.receive(bytes);
  server.sendText(`${server.next().data}!`);
  for (const bytes of server.takeOutput()) client.receive(bytes);
  const { data } = client.next();
  server.receive(encodeFrame({ opcode: Opcode.ping, fin: false, maskKey: 1 }));
  return [data, server.next().error.code];
}

const { fields } = explain(octets('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
globalThis.result = JSON.stringify({ http: http(), websocket: websocket(), explain: fields[0].name });

// The client: one call for one response; then a Client, whose requests share a connection, with content that streams in
// both directions at once.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/client.ts
import { Client, createServer, HttpError, request } from 'http-mini';

const server = createServer(async (request) => {
  if (request.method === 'GET') return { headers: { 'Content-Type': 'application/json' }, body: '{"a":1}' };
  async function* shouted() {
    for await (const part of request.body) yield Buffer.from(part).toString().toUpperCase();
  }
  return { body: shouted() };
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${port}`;

// One call. Every status is an answer; what is no answer is an HttpError that says which rule was broken, and by whom.
const response = await request(`${origin}/`, { headers: { Accept: 'application/json' }, totalTimeout: 1000 });
console.log(response.status, response.headers.get('content-type'), await response.json());

// Many calls to one origin: `opened` is heard once, since each request finds the connection that the last one has left.
const client = new Client(origin, {
  observe: (event) => {
    if (event.type === 'opened' || event.type === 'closed') console.log(`connection ${event.type}`);
  },
});
for (let i = 0; i < 3; i++) console.log(await (await client.request({ target: `/${i}` })).text());

// Content is any async iterable, and the response does not wait for its end: each word is sent when the last one has come
// back.
let hear = () => {};
async function* words() {
  for (const word of ['one', 'two', 'three']) {
    yield word;
    await new Promise<void>((resolve) => (hear = resolve));
  }
}
const { body } = await client.request({ method: 'POST', body: words() });
for await (const part of body) {
  console.log(Buffer.from(part).toString());
  hear();
}
await client.close();
await server.close();

// Nobody listens any more.
await request(origin).catch((error: HttpError) => console.log(error instanceof HttpError, error.code));

// What a program does with the packages, whichever way it got them. Plain JavaScript: it runs where nothing else is installed.

/** @returns what was seen, one line for each package */
exports.use = async ({ tcp, http, httpWire, httpFetch, ws, wsWire, LikeWs, explainer }) => {
  const echo = tcp.createEchoServer();
  const client = await tcp.connect({ port: (await echo.listen()).port });
  await client.send('hello');
  client.end();
  let echoed = '';
  for await (const chunk of client) echoed += String(chunk);
  await echo.close();

  const here = { host: '127.0.0.1', port: 0 };
  const server = http.createServer(async (request) => ({ body: `you sent ${await request.text()}` }));
  const { port } = await server.listen(here);
  const answer = await http.request(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' });
  const answered = await answer.text();
  await server.close();

  const app = http.createServer(
    httpFetch.toHandler((request) => new Response(new URL(request.url).pathname)),
  );
  const fetched = await fetch(`http://127.0.0.1:${(await app.listen(here)).port}/path`);
  const path = await fetched.text();
  await app.close();

  const sockets = new ws.WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true });
  sockets.on('connection', async (connection) => {
    for await (const message of connection) await connection.send(message);
  });
  const socket = new ws.WebSocket(`ws://127.0.0.1:${(await sockets.listening).port}/`);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const message = new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)));
  socket.send('hello');
  const said = await message;
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  socket.close();
  await closed;
  await sockets.close();

  // As programs for `ws` have it: the class itself, with the other exports as members.
  const likeWs = new LikeWs.Server({ port: 0, host: '127.0.0.1' });
  likeWs.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  await new Promise((resolve) => likeWs.on('listening', resolve));
  const like = new LikeWs(`ws://127.0.0.1:${likeWs.address().port}/`);
  like.on('open', () => like.send('hello'));
  const likeSaid = await new Promise((resolve) => like.on('message', resolve));
  like.close();
  await new Promise((resolve) => likeWs.close(resolve));

  const head = httpWire.encodeRequestHead('GET', '/', { Host: 'a' });
  const frame = wsWire.encodeFrame({ opcode: wsWire.Opcode.ping });
  return [
    `tcp-echo: ${echoed}`,
    `http-mini: ${answer.status} ${answered}`,
    `http-mini/fetch: ${fetched.status} ${path}`,
    `ws-mini: ${said}`,
    `ws-mini/ws: ${likeSaid}`,
    `explain-mini: ${explainer.explain(httpWire.octets(head)).fields[0].name}, ${explainer.explain(frame).fields[0].name}`,
  ].join('\n');
};

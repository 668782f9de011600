import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { answerCommands, report } from './child.ts';
import { importPeer } from './peer.ts';
import { DOWNLOAD, LARGE, LATER, pieces, READ, SMALL, STREAM } from './work.ts';

const { default: fastify } = await importPeer('fastify');

interface Request {
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}
interface Reply {
  type(value: string): Reply;
  send(body: Buffer | Readable): Reply;
}
const answer =
  (body: Buffer) =>
  (_: unknown, reply: Reply): Reply =>
    reply.type('text/plain').send(body);

const app = fastify();
app.removeContentTypeParser('text/plain');
// As the others take it: as bytes.
app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) => body);
app.get('*', answer(SMALL));
app.post('/', answer(SMALL));
app.get(DOWNLOAD, answer(LARGE));
app.get(LATER, async (_: unknown, reply: Reply) => {
  await undefined;
  return reply.type('text/plain').send(SMALL);
});
const read = async ({ headers, body }: Request, reply: Reply): Promise<Reply> => {
  let length = body?.length ?? 0;
  for (const [name, value] of Object.entries(headers)) length += name.length + value.length;
  return reply.type('text/plain').send(length > 0 ? SMALL : LARGE);
};
app.get(READ, read);
app.post(READ, read);
app.get(STREAM, (_: unknown, reply: Reply) => reply.type('text/plain').send(Readable.from(pieces())));
answerCommands();
await app.listen({ port: 0, host: '127.0.0.1' });
report({ port: (app.server.address() as AddressInfo).port });

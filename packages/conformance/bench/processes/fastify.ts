import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { answerCommands, report } from './child.ts';
import { DOWNLOAD, LARGE, LATER, pieces, READ, SMALL, STREAM } from './work.ts';

const answer =
  (body: Buffer) =>
  (_: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.type('text/plain').send(body);

const app = fastify();
app.removeContentTypeParser('text/plain');
// As the others take it: as bytes.
app.addContentTypeParser(
  'text/plain',
  { parseAs: 'buffer' },
  async (_: FastifyRequest, body: Buffer) => body,
);
app.get('*', answer(SMALL));
app.post('/', answer(SMALL));
app.get(DOWNLOAD, answer(LARGE));
app.get(LATER, async (_: FastifyRequest, reply: FastifyReply) => {
  await undefined;
  return reply.type('text/plain').send(SMALL);
});
const read = async (
  { headers, body }: FastifyRequest<{ Body: Buffer | undefined }>,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  let length = body?.length ?? 0;
  for (const [name, value] of Object.entries(headers)) length += name.length + (value?.length ?? 0);
  return reply.type('text/plain').send(length > 0 ? SMALL : LARGE);
};
app.get(READ, read);
app.post(READ, read);
app.get(STREAM, (_: FastifyRequest, reply: FastifyReply) =>
  reply.type('text/plain').send(Readable.from(pieces())),
);
answerCommands();
await app.listen({ port: 0, host: '127.0.0.1' });
report({ port: (app.server.address() as AddressInfo).port });

// Fastify as it comes: / is answered with what it is sent, or OK. The port is the argument.
import fastify from 'fastify';

const app = fastify({ bodyLimit: 64 * 1024 * 1024 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_, content) => content);
app.all('/', async ({ body }) => (body?.length > 0 ? body : 'OK'));
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });

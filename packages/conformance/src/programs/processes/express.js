// Express as it comes: / is answered with what it is sent, or OK. The port is the argument.
import express from 'express';

const app = express().use(express.raw({ type: () => true, limit: '64mb' }));
app.all('/', ({ body }, response) => response.send(Buffer.isBuffer(body) && body.length > 0 ? body : 'OK'));
app.listen(Number(process.argv[2]), '127.0.0.1');

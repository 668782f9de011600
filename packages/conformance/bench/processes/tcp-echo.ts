import { createEchoServer } from 'tcp-echo';
import { answerCommands, report } from './child.ts';

const server = createEchoServer();
answerCommands();
const { port } = await server.listen();
report({ port });

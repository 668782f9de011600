// Connections that were answered once and do nothing since; they stay until the process ends.
import { answerCommands, type Measured } from './child.ts';
import { type Conversation, openAll } from './open.ts';

answerCommands(async (conversation: Conversation): Promise<Measured> => {
  const opened = await openAll(conversation, conversation.connections, true);
  if (opened.some(({ socket }) => !socket.readable)) throw new Error('the server closed a connection');
  return { count: opened.length, seconds: 0 };
});

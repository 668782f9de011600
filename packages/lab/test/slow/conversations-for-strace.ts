// Every conversation once; what the lab tells of each goes to standard output when all are over, so that no write is among them.
import { conversations } from '../../src/conversation/conversations.ts';

const told = [];
for (const [name, { record }] of Object.entries(conversations)) {
  told.push({ name, texts: (await record()).map(({ text }) => text) });
}
process.stdout.write(JSON.stringify(told));

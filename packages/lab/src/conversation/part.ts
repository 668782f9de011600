/** The conversation: recorded when somebody asks, and shown call by call. */
import type { Connection } from 'ws-mini';
import { LabError } from '../errors.ts';
import { receive } from '../messages.ts';
import type { Part } from '../part.ts';
import { linkTo } from '../wire/permalink.ts';
import { carriedBy } from './carried.ts';
import { type ConversationName, conversations } from './conversations.ts';
import { meaningOf } from './meanings.ts';
import type { Step } from './recorder.ts';
import { type ConversationState, ConversationView, type Recording } from './view.tsx';

export function conversation(): Part<ConversationState> {
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  /** Recordings that have not begun. Who asks meanwhile gets the same one, so however many ask, few wait. */
  const waiting = new Map<ConversationName, Promise<Recording>>();
  /** One after the other: each has the descriptors and ports of one recording, and no others. */
  const inTurn = (name: ConversationName): Promise<Recording> => {
    const known = waiting.get(name);
    if (known !== undefined) return known;
    const recording = last.then(() => {
      waiting.delete(name);
      if (isClosed) throw new LabError('stopped', 'the lab closes');
      return recordingOf(name);
    });
    waiting.set(name, recording);
    last = recording.catch(() => {}); // who asked for it is told
    return recording;
  };
  return {
    path: 'conversation',
    name: { en: 'Conversation', ko: '대화' },
    title: { en: 'A conversation, call by call', ko: '대화, 호출 하나하나' },
    summary: {
      en: 'A connection from its first call to its last: what each program asked of the kernel, with the descriptors as they are, what went over the wire, and what the kernel says of both ends.',
      ko: '연결 하나를 첫 호출부터 마지막 호출까지 따라갑니다. 프로그램이 커널에 무엇을 부탁했는지, 디스크립터는 몇 번인지, 무엇이 오갔는지, 커널은 양쪽 끝을 어떻게 보는지 그대로 보여 줍니다.',
    },
    state: async (_language, query) => ({
      names: Object.entries(conversations).map(([name, { title }]) => ({ name, title })),
      recording: await inTurn(nameOf(query.get('show')) ?? 'webSocket'),
    }),
    View: ConversationView,
    sockets: { live: (connection) => answer(connection, inTurn) },
    async close() {
      isClosed = true;
      await last;
    },
  };
}

/** A page asks for a conversation by its name, and gets a new recording of it. */
function answer(connection: Connection, inTurn: (name: ConversationName) => Promise<Recording>): void {
  let wanted: ConversationName | undefined;
  let isRecording = false;
  const record = async (): Promise<void> => {
    isRecording = true;
    for (let name = wanted; name !== undefined; name = wanted) {
      wanted = undefined;
      await connection.send(JSON.stringify(await inTurn(name)));
    }
    isRecording = false;
  };
  receive(connection, (message) => {
    const name = nameOf(message);
    if (name === undefined)
      throw new LabError('bad-message', 'what this page may ask is a conversation by name');
    wanted = name; // while one is recorded, the last that was asked for is the next
    if (!isRecording) record().catch(() => connection.close(1011, 'the conversation could not be recorded'));
  });
}

function nameOf(text: unknown): ConversationName | undefined {
  return typeof text === 'string' && Object.hasOwn(conversations, text)
    ? (text as ConversationName)
    : undefined;
}

async function recordingOf(name: ConversationName): Promise<Recording> {
  const { summary, record } = conversations[name];
  const steps = await record();
  const carried = carriedBy(steps);
  const wire = carried.some((names) => names.length > 0) ? wireQuery(steps) : undefined;
  return {
    name,
    summary,
    ...(wire !== undefined && { wire }),
    steps: steps.map((step, i) => ({
      ...step,
      names: carried[i]!,
      meaning: meaningOf(step, steps.slice(0, i), carried[i]!, i === steps.length - 1),
    })),
  };
}

function wireQuery(steps: readonly Step[]): string | undefined {
  const passages = steps.flatMap(({ by, call, bytes = '' }) => {
    if (call === 'write') return [{ from: by, bytes: Buffer.from(bytes, 'hex') }];
    return call === 'shutdown' ? [{ from: by, bytes: Buffer.alloc(0), ends: true }] : [];
  });
  const link = linkTo({ begins: 'http', passages });
  return 'query' in link ? link.query : undefined;
}

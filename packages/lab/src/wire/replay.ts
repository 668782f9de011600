/**
 * Replays a recording: gives its bytes to the real protocols of both sides, piece by piece as it was cut, and tells what they
 * make of them. A server reads what the client sent and answers it anew, so a changed byte shows what it would have changed;
 * a client reads what the server sent. Any cut of the same bytes gives the same events and answers
 * (test: `any cut gives the same events`). No I/O and no clock: it runs in the page and on the server alike.
 */
import { HttpError, type RequestHead, RequestParser } from 'http-mini/wire';
import { MemoryClient } from './client.ts';
import type { Outcome } from './outcome.ts';
import { joined, type Passage, type Recording } from './recording.ts';
import { MemoryServer } from './server.ts';

export interface Replay {
  /** What a server makes of the client's bytes, and what it answers. */
  readonly server: Outcome;
  /** What a client makes of the server's bytes, and what it sends back by itself. */
  readonly client: Outcome;
}

export function replay({ begins, passages }: Recording): Replay {
  const server = new MemoryServer(begins);
  const requests = new SentRequests();
  const isAlone = !passages.some(({ from }) => from === 'client');
  const client = new MemoryClient(begins, () => isAlone || requests.isAnsweredEarly());
  const answers: Uint8Array[] = [];
  for (const { from, bytes, ends } of passages) {
    if (from === 'client') {
      requests.receive(bytes, client);
      server.receive(bytes);
      if (ends) server.receiveEnd();
      answers.push(server.take().bytes);
    } else {
      client.receive(bytes);
      if (ends) client.receiveEnd();
    }
  }
  server.settle();
  answers.push(server.take().bytes);
  client.settle();
  return {
    server: { ...server.outcome, answer: joined(answers) },
    client: { ...client.outcome, answer: client.answer },
  };
}

/** The recording with the server's passages made anew, as this package's server answers the client's. */
export function answered(recording: Recording): Recording {
  const server = new MemoryServer(recording.begins);
  const passages: Passage[] = [];
  let hasEnded = false;
  for (const passage of recording.passages) {
    if (passage.from === 'server') continue;
    passages.push(passage);
    server.receive(passage.bytes);
    if (passage.ends) server.receiveEnd();
    const { bytes, ends } = server.take();
    if (bytes.length === 0 && (!ends || hasEnded)) continue;
    passages.push({ from: 'server', bytes, at: passage.at, ...(ends && { ends }) });
    hasEnded = ends;
  }
  return { ...recording, passages };
}

/** Reads the requests that the client sent, so that the responses to them can be read. */
class SentRequests {
  readonly #parser = new RequestParser();
  #isFinished = false;
  /** A response came before the head of its request was complete: that head is not to be answered again. */
  #isAnsweredEarly = false;

  receive(bytes: Uint8Array, client: MemoryClient): void {
    if (this.#isFinished) return;
    this.#parser.receive(bytes);
    try {
      for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next())
        if (event.type === 'head' && this.#tell(client, event)) return;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#tell(client, undefined); // a server answers what is no request to our parser, too
    }
  }

  /** @returns whether it is the last: what follows may be no HTTP, and is no request before the answer */
  #tell(client: MemoryClient, request: RequestHead | undefined): boolean {
    if (this.#isAnsweredEarly) this.#isAnsweredEarly = false;
    else client.sent(request);
    this.#isFinished = request === undefined || request.upgrade.length > 0 || request.method === 'CONNECT';
    return this.#isFinished;
  }

  /** A server may answer a request before it has all of its head. */
  isAnsweredEarly(): boolean {
    if (this.#isFinished || this.#isAnsweredEarly || this.#parser.isBetweenRequests) return false;
    this.#isAnsweredEarly = true;
    return true;
  }
}

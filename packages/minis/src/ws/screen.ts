/**
 * Two write on one terminal: the program, whenever something happens, and the user, who is in the middle of a line. So the
 * user's line is erased, the program's written, and the user's put back.
 */
import { createInterface, type Interface } from 'node:readline';
import { printable } from 'explain-mini';
import { CommandError } from '../usage.ts';

export class Screen {
  readonly lines: Interface;
  readonly #isTerminal: boolean;
  #isClosed = false;

  constructor() {
    this.#isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    // Without a terminal there is no `output`: it would echo what is piped in.
    // Piped lines are split as bytes and decoded one by one, so that the wrong one can be named.
    if (!this.#isTerminal) process.stdin.setEncoding('latin1');
    const output = this.#isTerminal ? { output: process.stdout, prompt: '> ' } : {};
    this.lines = createInterface({ input: process.stdin, terminal: this.#isTerminal, ...output });
    this.lines.on('close', () => {
      this.#isClosed = true;
    });
    if (this.#isTerminal) this.lines.prompt();
  }

  /** Prints a message, or an explanation of one, to standard output. */
  print(text: string): void {
    this.#write(process.stdout, text);
  }

  /** Says what happens to the connection, on standard error, so that a pipe has the messages alone. */
  note(text: string): void {
    this.#write(process.stderr, `${printable(text)}\n`); // it may quote the server
  }

  /** Prints what a peer sent: as it is into a pipe; on a terminal without characters that would steer it. */
  show(text: string): void {
    this.print(`${process.stdout.isTTY ? printable(text) : text}\n`);
  }

  #write(stream: NodeJS.WriteStream, text: string): void {
    if (!this.#isTerminal) return void stream.write(text);
    process.stdout.write('\r\x1b[K');
    stream.write(text);
    if (!this.#isClosed) this.lines.prompt(true);
  }

  /**
   * What the user types, or pipes in, line by line.
   * @throws CommandError if a piped line is not UTF-8, which a text message must be (RFC 6455 5.6)
   */
  async *typed(): AsyncGenerator<string> {
    let count = 0;
    for await (const line of this.lines) {
      count++;
      yield this.#isTerminal ? line : decoded(line, count);
    }
  }

  /** Asks for the user's next line, if there is a terminal. */
  prompt(): void {
    if (this.#isTerminal && !this.#isClosed) this.lines.prompt();
  }

  /** Stops reading. */
  close(): void {
    if (this.#isTerminal) process.stdout.write('\r\x1b[K');
    this.#isClosed = true;
    this.lines.close();
    process.stdin.destroy(); // it would keep the process alive
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param octets one character for each */
function decoded(octets: string, line: number): string {
  try {
    return UTF_8.decode(Buffer.from(octets, 'latin1'));
  } catch {
    throw new CommandError(`line ${line} of standard input is not UTF-8, and cannot be a text message`);
  }
}

/**
 * Two write on one terminal: the program, whenever something happens, and the user, who is in the middle of a line. So the
 * user's line is erased, the program's written, and the user's put back.
 */
import { createInterface, type Interface } from 'node:readline';
import { printable } from 'explain-mini';

export class Screen {
  readonly lines: Interface;
  readonly #isTerminal: boolean;
  #isClosed = false;

  constructor() {
    this.#isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    // Without a terminal there is no `output`: it would echo what is piped in.
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

/**
 * Two people write on one terminal: the program, whenever something happens, and the user, who is in the middle of a line.
 * The user's line is taken away, the program's written, and the user's put back.
 */
import { createInterface, type Interface } from 'node:readline';
import { printable } from 'explain-mini';

export class Screen {
  readonly lines: Interface;
  readonly #isTerminal: boolean;
  #isClosed = false;

  constructor() {
    this.#isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    // Without a terminal, `output` stays away: it would echo what is piped in.
    const output = this.#isTerminal ? { output: process.stdout, prompt: '> ' } : {};
    this.lines = createInterface({ input: process.stdin, terminal: this.#isTerminal, ...output });
    this.lines.on('close', () => {
      this.#isClosed = true;
    });
    if (this.#isTerminal) this.lines.prompt();
  }

  /** A message, or what is said about one: standard output. */
  print(text: string): void {
    this.#write(process.stdout, text);
  }

  /** What happens to the connection: standard error, so that a pipe has the messages alone. */
  note(text: string): void {
    this.#write(process.stderr, `${printable(text)}\n`); // it may quote the server
  }

  /** What a peer sent: as it is into a pipe, on a terminal without what would steer it. */
  show(text: string): void {
    this.print(`${process.stdout.isTTY ? printable(text) : text}\n`);
  }

  #write(stream: NodeJS.WriteStream, text: string): void {
    if (!this.#isTerminal) return void stream.write(text);
    process.stdout.write('\r\x1b[K');
    stream.write(text);
    if (!this.#isClosed) this.lines.prompt(true);
  }

  /** The user's line is asked for again, where there is somebody to ask. */
  prompt(): void {
    if (this.#isTerminal && !this.#isClosed) this.lines.prompt();
  }

  /** Nothing is read any more. */
  close(): void {
    if (this.#isTerminal) process.stdout.write('\r\x1b[K');
    this.#isClosed = true;
    this.lines.close();
    process.stdin.destroy(); // it would keep the process
  }
}

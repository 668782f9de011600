/** ConnectionOwner: the server, as the floors below it see it; in a file of its own so that they need not know the server. */
import type { ServerConnection } from './connection.ts';
import type { Handler } from './exchange.ts';
import type { ServerSettings } from './options.ts';

export interface ConnectionOwner {
  readonly handler: Handler;
  readonly settings: ServerSettings;
  /** The field line of Date. */
  readonly dateLine: string;
  /** Whether the server closes: every response is then the last of its connection. */
  readonly isClosing: boolean;
  /** The connection is closed, or has left HTTP. */
  released(connection: ServerConnection): void;
}

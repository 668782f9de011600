/** Saboteurs for the probes of a TCP server: one rule broken each, named by its id. What they do is in `tcp/plain-server.ts`. */
import type { Contract } from '../probes/tcp-server/contract.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import type { Saboteur } from './saboteur.ts';
import { startPlainTcp, type TcpFault } from './tcp/plain-server.ts';

const ROWS: readonly (readonly [contract: Contract, TcpFault, breaks: string])[] = [
  ['echo', 'one at a time', 'laws/4/others'],
  ['echo', 'one and no more', 'rfc862/tcp/until-close'],
  ['echo', 'dies of a reset', 'laws/4/others'],
  ['echo', 'as text', 'rfc862/tcp/echo'],
  ['echo', 'ends after an answer', 'rfc862/tcp/until-close'],
  ['echo', 'never pauses', 'laws/10/pace'],
  ['echo', 'resumes once', 'laws/10/pace'],
  ['lengths', 'a read is a message', 'laws/1/messages'],
  ['lengths', 'lines of any length', 'laws/4/bounded'],
  ['total', 'ends when they end', 'laws/9/half-close'],
  ['total', 'dies of a reset', 'laws/4/others'],
  ['total', 'waits for ever', 'laws/9/idle'],
  ['total', 'leaves bytes unread', 'laws/10/arrives'],
];

export const tcpServerSaboteurs: readonly Saboteur<ServerAddress>[] = ROWS.map(
  ([contract, fault, breaks]) => ({
    name: `${contract}: ${fault}`,
    breaks,
    start: () => startPlainTcp(contract, fault),
  }),
);

/**
 * What the laws of this repository (`properties/property.ts`) ask of a TCP server where no RFC does: TCP says how bytes travel,
 * and not what a program makes of them. In the same form as `rfc9112.ts`; the section is the law's number. A must is one by the
 * contract that the server has said it keeps (`probes/tcp-server/contract.ts`).
 */
import { type Requirement, requirementsOf } from './requirement.ts';

export const laws: readonly Requirement[] = requirementsOf(
  'laws',
  `
1/messages      | must       | server    | finds the same messages in a stream, however TCP has cut it
4/bounded       | must       | server    | refuses a message without end before it fills the memory
4/others        | must       | server    | goes on for all others, whatever one client does
9/half-close    | must       | server    | takes the client's end for the end of one direction, and still answers in the other
9/idle          | must       | server    | ends a connection on which nothing has moved for long enough
10/arrives      | must       | server    | ends in a way that no reset takes its last answer away
10/pace         | must       | server    | reads no faster than its answers are taken, and reads on once they are
`,
);

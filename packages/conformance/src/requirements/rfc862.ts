/** RFC 862, the Echo Protocol, over TCP: in the same form as `rfc9112.ts`. The text has no sections and no capitals. */
import { type Requirement, requirementsOf } from './requirement.ts';

export const rfc862: readonly Requirement[] = requirementsOf(
  'rfc862',
  `
tcp/echo                | must       | server    | sends back whatever it receives, as it came
tcp/until-close         | must       | server    | goes on until the client ends the connection
`,
);

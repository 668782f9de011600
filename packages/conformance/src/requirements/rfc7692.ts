/** RFC 7692, permessage-deflate: what it asks, section by section, in the same form as `rfc9112.ts`. */
import { type Requirement, requirementsOf } from './requirement.ts';

export const rfc7692: readonly Requirement[] = requirementsOf(
  'rfc7692',
  `
5/preference            | should     | server    | takes the first offer that it supports, since they come in the order of preference
5/several-offers        | may        | client    | offers the extension several times, with other parameters
5/declined              | must       | endpoint  | goes on without compression where no offer is accepted
5/accept                | must       | server    | names the extension in the response where it accepts one
5/one-on-rsv1           | must not   | server    | accepts another extension that uses RSV1 beside it
5/one-on-rsv1-response  | must       | client    | fails on a response that does
6/first-frame           | must       | sender    | sets RSV1 on the first frame of a compressed message, and on no other
6/not-on-others         | must       | recipient | fails on RSV1 of a control frame or a continuation
6/uncompressed          | may        | sender    | sends a message without compression, RSV1 not set
6/receive-uncompressed  | must       | recipient | takes a message without RSV1 as it is
6.2/inflate             | must       | recipient | inflates what the frames of a message with RSV1 carry, joined
7/decline-unknown       | must       | server    | declines an offer with a parameter that is not defined for an offer
7/decline-value         | must       | server    | declines an offer with a value that is not valid
7/decline-repeated      | must       | server    | declines an offer with the same parameter twice
7/decline-unsupported   | must       | server    | declines an offer that it does not support
7/next-offer            | should     | server    | goes on to the next offer where it declines one
7/response-unknown      | must       | client    | fails on a response with a parameter that is not defined for a response
7/response-value        | must       | client    | fails on a response with a value that is not valid
7/response-repeated     | must       | client    | fails on a response with the same parameter twice
7/response-unsupported  | must       | client    | fails on a response that it does not support
7.1.1.1/no-value        | must       | endpoint  | sends server_no_context_takeover without a value, and takes one with a value for invalid
7.1.1.1/echo            | must       | server    | sends it in the response where it accepts an offer that has it
7.1.1.1/unasked         | may        | server    | sends it though the offer has it not
7.1.1.1/keep            | must       | server    | uses no context takeover once it was agreed
7.1.1.2/no-value        | must       | endpoint  | sends client_no_context_takeover without a value, and takes one with a value for invalid
7.1.1.2/hint            | may        | client    | offers it as a hint that it uses no context takeover in any case
7.1.1.2/unasked         | may        | server    | sends it though the offer has it not
7.1.1.2/keep            | must       | client    | uses no context takeover once it was agreed
7.1.2.1/value           | must       | endpoint  | sends 8 to 15, without leading zeros, for server_max_window_bits
7.1.2.1/at-most         | must       | server    | answers with the value of the offer or a smaller one
7.1.2.1/unasked         | may        | server    | sends it though the offer has it not
7.1.2.1/keep            | must not   | server    | compresses with a window larger than agreed
7.1.2.2/value           | must       | endpoint  | sends 8 to 15, without leading zeros, for client_max_window_bits; none in an offer stands for any
7.1.2.2/response-value  | must       | server    | sends a value in a response
7.1.2.2/at-most         | must       | server    | answers with the value of the offer or a smaller one
7.1.2.2/unasked         | must not   | server    | sends it where the offer has it not
7.1.2.2/keep            | must not   | client    | compresses with a window larger than agreed
7.2.1/tail              | must       | sender    | strips 00 00 ff ff from the end of the message, and nothing in between
7.2.1/empty-window      | must       | sender    | starts each message with an empty window where no takeover was agreed
7.2.1/32k               | must not   | sender    | uses a window of more than 32,768 bytes
7.2.2/append            | must       | recipient | appends 00 00 ff ff before it inflates
7.2.2/takeover          | must       | recipient | keeps the window from message to message, unless otherwise agreed
7.2.3/block-types       | must       | recipient | inflates blocks of every type, and several in a message
7.2.3.4/bfinal          | must       | recipient | inflates blocks with BFINAL set
7.2.3.6/empty           | must       | recipient | takes the single octet 00 for an empty message
7.2.3.6/send-empty      | must       | sender    | compresses an empty message to 00, or another block that stands for nothing | ws-mini sends a message that does not get smaller without compression
8/secrets               | should     | sender    | lets the application send a message with secrets without compression
`,
);

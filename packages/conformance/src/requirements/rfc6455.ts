/**
 * RFC 6455, the WebSocket Protocol: what it asks, section by section, in the same form as `rfc9112.ts`. "Fails" is the
 * RFC's _Fail the WebSocket Connection_ (7.1.7): before it is open, no connection; afterwards a Close and the end of TCP.
 */
import { type Requirement, requirementsOf } from './requirement.ts';

export const rfc6455: readonly Requirement[] = requirementsOf(
  'rfc6455',
  `
3/fragment              | must not   | client    | takes an URI with a fragment
4.1/invalid-uri         | must       | client    | fails on an URI that is none of ws and wss
4.1/one-connecting      | must       | client    | has one connection at most to an address in the CONNECTING state | ws-mini leaves it to who opens them: a browser's rule, against floods by scripts
4.1/many-pending        | should     | client    | limits the pending connections to one host | ws-mini leaves it to who opens them
4.1/proxy               | should     | client    | uses the proxy that is configured | proxies
4.1/cannot-connect      | must       | client    | fails where the connection cannot be opened
4.1/tls                 | must       | client    | does the TLS handshake before the opening handshake, and fails where that fails | node:tls does, and no probe speaks TLS
4.1/sni                 | must       | client    | sends Server Name Indication | node:tls does, and no probe speaks TLS
4.1/get                 | must       | client    | asks with GET and HTTP/1.1 or later
4.1/request-uri         | must       | client    | sends the resource name of the URI, path and query
4.1/host                | must       | client    | sends Host, with the port where it is not the default
4.1/upgrade             | must       | client    | sends Upgrade with websocket
4.1/connection          | must       | client    | sends Connection with Upgrade
4.1/key                 | must       | client    | sends in Sec-WebSocket-Key 16 random bytes, new for each connection, in base64
4.1/origin              | must       | client    | sends Origin where it is a browser | not a browser
4.1/version             | must       | client    | sends Sec-WebSocket-Version: 13
4.1/subprotocols        | must       | client    | offers subprotocols that are tokens, each once
4.1/wait                | must       | client    | sends nothing more before the response
4.1/other-status        | must       | client    | handles a status other than 101 as HTTP does: there is no WebSocket connection
4.1/response-upgrade    | must       | client    | fails where Upgrade is missing or not websocket, in any case of letters
4.1/response-connection | must       | client    | fails where Connection has no upgrade token, and takes one among others
4.1/response-accept     | must       | client    | fails where Sec-WebSocket-Accept, but for whitespace around it, is not that of its key
4.1/response-extension  | must       | client    | fails on an extension that it did not ask for
4.1/response-subprotocol | must      | client    | fails on a subprotocol that it did not ask for
4.1/response-other      | must       | client    | fails on a response that is wrong in any other way
4.2.1/malformed         | must       | server    | stops at a handshake that does not match, and answers a 4xx
4.2.1/get               | must       | server    | asks for GET and HTTP/1.1 or later
4.2.1/host              | must       | server    | asks for Host
4.2.1/upgrade           | must       | server    | asks for Upgrade with websocket, in any case of letters
4.2.1/connection        | must       | server    | asks for an upgrade token in Connection, and takes one among others
4.2.1/key               | must       | server    | asks for a Sec-WebSocket-Key that is 16 bytes in base64
4.2.1/version           | must       | server    | asks for Sec-WebSocket-Version: 13
4.2.1/no-origin         | should not | server    | takes a client without Origin for a browser | nothing follows from it here
4.2.2/tls               | must       | server    | speaks TLS first where the scheme is wss | node:tls does, and no probe speaks TLS
4.2.2/origin            | must       | server    | answers 403, say, to an origin that it refuses
4.2.2/unsupported-version | must     | server    | answers 426, say, with Sec-WebSocket-Version to a version that it does not speak
4.2.2/resource          | must       | server    | answers 404, say, where there is no such resource
4.2.2/subprotocol       | must       | server    | takes the subprotocol from the client's list, or sends none
4.2.2/extensions        | must not   | server    | answers with an extension that the client did not list
4.2.2/response          | must       | server    | sends 101 with Upgrade, Connection and the Accept of the key
4.3/abnf                | must       | endpoint  | writes and reads the handshake's fields by their grammar
4.4/versions            | must       | server    | sends Sec-WebSocket-Version with all versions that it speaks, where it refuses one
5.1/mask                | must       | client    | masks every frame
5.1/unmasked            | must       | server    | closes the connection on a frame that is not masked
5.1/server-mask         | must not   | server    | masks a frame
5.1/masked              | must       | client    | closes the connection on a frame that is masked
5.1/1002                | may        | endpoint  | says 1002 in that case
5.2/rsv                 | must       | recipient | fails on a reserved bit that no extension has given a meaning
5.2/opcode              | must       | recipient | fails on an opcode that is not defined
5.2/length-top-bit      | must       | endpoint  | keeps the top bit of a 64-bit length 0
5.2/length-minimal      | must       | sender    | writes a length in the fewest bytes (that a recipient refuses others follows from 10.7)
5.2/lengths             | must       | recipient | reads lengths of 7, 16 and 64 bits
5.3/key                 | must       | client    | takes a new masking key for each frame, from a strong source
5.3/xor                 | must       | endpoint  | masks octet i with octet i modulo 4 of the key
5.4/control-fragmented  | must not   | sender    | fragments a control frame
5.4/order               | must       | sender    | sends fragments in their order
5.4/interleave          | must not   | sender    | starts a message within another
5.4/control-between     | must       | recipient | handles control frames in the middle of a message
5.4/fragmented          | must       | recipient | takes messages whole and in fragments, empty ones too
5.4/continuation        | must       | recipient | takes a continuation within a message only, and no other data frame there
5.5/control-size        | must       | endpoint  | keeps a control frame to 125 bytes and to one frame
5.5.1/body              | must       | endpoint  | writes a Close with no body, or with two bytes of code and a reason
5.5.1/reason-utf8       | must       | endpoint  | writes the reason in UTF-8
5.5.1/reason-shown      | must not   | client    | shows the reason to end users | an application's matter
5.5.1/after-close       | must not   | sender    | sends data after a Close
5.5.1/answer            | must       | recipient | answers a Close by a Close, where it has not sent one
5.5.1/current-message   | may        | endpoint  | delays its Close until what it is sending is sent
5.5.1/answer-promptly   | should     | recipient | answers as soon as it can
5.5.1/echo-code         | should     | recipient | answers with the code that it received, as is usual
5.5.1/close-tcp         | must       | endpoint  | closes TCP once a Close went both ways
5.5.1/server-first      | must       | server    | closes TCP at once then
5.5.1/client-waits      | should     | client    | waits for the server to close TCP
5.5.2/pong              | must       | recipient | answers a Ping by a Pong, unless a Close came
5.5.2/promptly          | should     | recipient | answers as soon as it can
5.5.3/same-data         | must       | sender    | copies the Ping's data into the Pong
5.5.3/latest-only       | may        | sender    | answers only the latest of several Pings
5.5.3/unsolicited       | may        | recipient | leaves a Pong that it did not ask for without an answer
5.6/text-utf8           | must       | endpoint  | sends in a text message, all of its frames together, valid UTF-8
5.8/extensions          | must       | endpoint  | uses an extension only where it was negotiated
6.1/open                | must       | sender    | sends messages only while the connection is OPEN
6.1/opcode-fin          | must       | sender    | sets the opcode on the first frame and FIN on the last
6.2/control             | must       | recipient | handles control frames as 5.5 says
6.2/join                | must       | recipient | takes the type from the first frame and joins what the frames carry
6.2/unmask              | must       | server    | takes the mask off
7.1.1/clean             | should     | endpoint  | closes TCP cleanly, and drops what still comes
7.1.1/server-first      | should     | server    | is the first to close TCP
7.1.2/send-close        | must       | endpoint  | starts the closing handshake by a Close with code and reason
7.1.5/code              | must       | endpoint  | tells the code of the first Close; 1005 for a Close without one, 1006 for none
7.1.6/reason            | must       | endpoint  | tells the reason of the first Close; an empty one where there is none
7.1.7/send-close        | should     | endpoint  | sends a Close with a fitting code before it fails an open connection
7.1.7/nothing-more      | must not   | endpoint  | takes anything more from the peer once it has failed the connection
7.1.7/close-tcp         | must       | endpoint  | closes TCP where it fails the connection
7.1.7/log               | should     | server    | logs the problem | the library tells its user, who logs
7.2.1/lost              | must       | client    | fails where the transport is lost
7.2.2/abort             | must       | server    | closes where it is told to abort
7.2.3/reconnect-delay   | should     | client    | waits for a random time before it connects again | ws-mini does not connect again by itself
7.2.3/backoff           | should     | client    | waits longer each time | ws-mini does not connect again by itself
7.3/arbitrarily         | should not | client    | closes without cause | an application's matter
7.4.1/reserved          | must not   | endpoint  | sends 1005, 1006 or 1015
7.4.1/extension-missing | should     | client    | lists the missing extensions where it closes with 1010 | no extension is asked for as a must
7.4.2/ranges            | must       | endpoint  | takes for valid 1000 to 1003, 1007 to 1014 and 3000 to 4999, and sends no other
8.1/bad-utf8            | must       | recipient | fails on a text message, or a reason, that is not UTF-8
9.1/malformed           | must       | recipient | fails on a Sec-WebSocket-Extensions that does not match its grammar
9.1/split               | must       | recipient | reads several lines of it as one list
9.1/unaccepted          | must not   | client    | uses an extension that the server did not accept
9.1/parameters          | must       | endpoint  | uses only parameters that are defined for the extension
10.2/origin             | should     | server    | looks at Origin where only certain sites may connect, and answers 403 to others
10.3/new-key            | must       | client    | takes a masking key that whoever gives the data cannot predict
10.4/limits             | should     | recipient | limits the size of frames, and of messages once joined
10.6/tls                | must       | endpoint  | supports TLS | node:tls does, and no probe speaks TLS
10.7/validate           | must       | endpoint  | validates all that comes in
10.7/say-why            | should     | endpoint  | says why it ends the connection: by a status before, by a Close after the handshake
11.3.1/one-key          | must not   | client    | sends Sec-WebSocket-Key more than once
11.3.3/one-accept       | must not   | server    | sends Sec-WebSocket-Accept more than once
11.3.4/one-subprotocol  | must not   | server    | sends Sec-WebSocket-Protocol more than once
11.3.5/one-version      | must not   | client    | sends Sec-WebSocket-Version more than once
`,
);

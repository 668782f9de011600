/**
 * RFC 9112, HTTP/1.1: what it asks, section by section. One line each: section/name | level | actor | what | why no code
 * or no probe has it, where that is so. What RFC 9112 leaves to RFC 9110 is in `rfc9110.ts`.
 */
import { type Requirement, requirementsOf } from './requirement.ts';

export const rfc9112: readonly Requirement[] = requirementsOf(
  'rfc9112',
  `
2.2/octets              | must       | recipient | parses a message as octets, in an encoding that is a superset of US-ASCII
2.2/bare-lf             | may        | recipient | takes a bare LF for the end of a start line or field line
2.2/send-bare-cr        | must not   | sender    | writes a CR without LF in a start line, field or chunk line
2.2/bare-cr             | must       | recipient | takes a bare CR for an error, or replaces it by SP
2.2/send-stray-crlf     | must not   | client    | writes an extra CRLF before or after a request
2.2/empty-line-first    | should     | server    | ignores at least one empty line before the request line
2.2/send-space-first    | must not   | sender    | writes whitespace between start line and first field
2.2/space-first         | must       | recipient | refuses whitespace after the start line, or drops those lines
2.2/no-match            | should     | server    | answers 400 and closes where the bytes do not match the grammar
2.3/version             | should     | recipient | takes "HTTP/" DIGIT "." DIGIT and no other writing of it: capitals, one digit each
3/lenient-space         | may        | recipient | splits the request line at any whitespace
3/line-8000             | should     | recipient | has room for a request line of 8,000 octets
3/method-too-long       | should     | server    | answers 501 to a method longer than any that it knows
3/target-too-long       | must       | server    | answers 414 to a target longer than it will parse
3/invalid-line          | should     | recipient | answers 400 to an invalid request line, or redirects with the target encoded
3/no-autocorrect        | should not | recipient | mends an invalid request line and goes on
3/target-space          | must not   | client    | writes whitespace in a request target
3.2/send-host           | must       | client    | sends Host, which is the authority of the target without userinfo
3.2/send-empty-host     | must       | client    | sends an empty Host where the target has no authority | its clients speak of http and https only, which always have one
3.2/host-missing        | must       | server    | answers 400 to a 1.1 request without Host
3.2/host-repeated       | must       | server    | answers 400 to a request with more than one Host
3.2/host-invalid        | must       | server    | answers 400 to a Host that is not uri-host [":" port]
3.2/host-valid          | should     | server    | finds nothing wrong with a Host that is one
3.2/fragment            | must not   | client    | sends the fragment with the target
3.2.1/origin-form       | must       | client    | sends path and query to an origin server, and "/" for an empty path
3.2.2/send-absolute-form | must      | client    | sends the absolute form to a proxy, with Host all the same | http-mini's client uses no proxy
3.2.2/absolute-form     | must       | server    | accepts the absolute form
3.2.2/absolute-over-host | must      | server    | takes the authority out of an absolute form and ignores Host
3.2.3/connect-target    | must       | client    | sends host:port, and nothing else, with CONNECT
3.2.3/authority-form    | should not | server    | takes the authority form with any method but CONNECT
3.2.4/send-asterisk     | must       | client    | sends "*" for an OPTIONS that asks about the whole server
3.2.4/asterisk          | should not | server    | takes "*" with any method but OPTIONS
3.2.4/options           | should     | server    | takes "*" with OPTIONS for a legal target
3.3/scheme              | must       | server    | takes the scheme that it is configured with for a target without one; else https on a secured connection, and http on any other
4/status-space          | must       | server    | sends the SP after the status code even where the reason is empty
4/reason                | should     | client    | ignores the reason phrase
4/status-line           | must       | client    | takes three digits for the status code, and nothing else
4/lenient-space         | may        | recipient | splits the status line at any whitespace
5/field-grammar         | should     | recipient | takes name ":" value, the name being a token
5.1/space-before-colon  | must       | server    | answers 400 to whitespace between field name and colon
5.1/response-space      | may        | client    | takes off whitespace between field name and colon, or refuses the response
5.1/trim                | must       | recipient | takes optional whitespace around a value off
5.2/send-fold           | must not   | sender    | folds a field over several lines
5.2/fold                | must       | server    | answers 400 to a folded line, or replaces the fold by SP
5.2/response-fold       | must       | client    | replaces a fold by SP
6.1/chunked             | must       | recipient | parses the chunked coding
6.1/chunked-twice       | must not   | sender    | applies chunked more than once
6.1/request-chunked-last | must      | client    | puts chunked last where it puts any coding on a request
6.1/response-chunked-last | must     | server    | puts chunked last in a response, or closes after it
6.1/not-on-1xx-204      | must not   | server    | sends Transfer-Encoding with a 1xx or 204
6.1/not-on-connect      | must not   | server    | sends Transfer-Encoding with a 2xx to CONNECT
6.1/unknown-coding      | should     | server    | answers 501 to a transfer coding that it does not know (6.3 makes it 400 where chunked is not last)
6.1/send-only-to-1.1    | must not   | client    | sends Transfer-Encoding unless the server is known to speak 1.1
6.1/respond-only-to-1.1 | must not   | server    | sends Transfer-Encoding to a 1.0 client
6.1/te-and-cl           | may        | server    | refuses a request with Transfer-Encoding and Content-Length
6.1/te-and-cl-close     | must       | server    | closes after the response to such a request, in any case
6.1/te-1.0              | must       | endpoint  | takes the framing of a 1.0 message with Transfer-Encoding for faulty: closes after it
6.1/list                | must       | recipient | reads Transfer-Encoding as a list, without regard to case, over all of its lines
6.2/send-both           | must not   | sender    | sends Content-Length beside Transfer-Encoding
6.3/no-body             | must       | client    | takes a response to HEAD, a 1xx, 204 or 304 to end with its header section
6.3/connect-tunnel      | must       | client    | ignores both framing fields on a 2xx to CONNECT
6.3/te-over-cl          | must       | recipient | lets Transfer-Encoding override Content-Length, or takes the pair for an error
6.3/request-not-chunked | must       | server    | answers 400 and closes where a request's Transfer-Encoding does not end in chunked
6.3/response-not-chunked | must      | client    | reads until the close where a response's Transfer-Encoding does not end in chunked
6.3/cl-invalid          | must       | server    | answers 400 and closes on an invalid Content-Length
6.3/cl-invalid-response | must       | client    | closes and discards a response with an invalid Content-Length
6.3/cl-list             | may        | recipient | uses a Content-Length that is a list of the same valid number
6.3/cl-zeros            | must       | recipient | takes 1*DIGIT, leading zeros too, for a Content-Length
6.3/cl-short            | must       | recipient | takes a body that is shorter than announced for incomplete, and closes
6.3/cl-body             | must       | recipient | reads as many octets as Content-Length says, and takes what follows for the next message
6.3/no-length           | must       | server    | takes a request without framing to have no body
6.3/until-close         | must       | client    | reads a response without framing until the close
6.3/prefer-length       | should     | server    | delimits a response that it could also end by closing
6.3/length-required     | may        | server    | answers 411 to a request with content but without Content-Length
6.3/send-length         | must       | client    | sends Content-Length or chunked with a body
6.3/send-known-length   | should     | client    | sends Content-Length where the length is known
6.3/surplus             | must not   | client    | takes what comes after a complete response, on a connection without a request, for a response
7/send-chunk            | must not   | sender    | ends the body early by a chunk of size 0
7.1/chunk-size          | must       | recipient | reads 1*HEXDIG as the size of a chunk
7.1/chunk-size-only     | strictness | recipient | takes nothing but 1*HEXDIG for the size of a chunk
7.1/chunk-overflow      | must       | recipient | neither overflows nor loses precision in the size of a chunk
7.1/chunk-crlf          | strictness | recipient | asks for CRLF after a chunk's size and after its data
7.1/chunked-grammar     | strictness | recipient | takes an extension or a trailer line outside the grammar for an error
7.1/incomplete          | must       | recipient | takes a chunked body without its last chunk for incomplete
7.1/parameters          | should     | recipient | takes parameters on chunked for an error
7.1.1/extensions        | must       | recipient | ignores chunk extensions that it does not know
7.1.1/extensions-cap    | should     | server    | caps the size of chunk extensions, and answers a 4xx beyond it
7.1.2/merge             | must not   | recipient | merges trailer fields into the header section, unless their definition allows it
7.1.2/trailers          | must       | recipient | reads or discards the trailer section
7.2/parameters          | should     | recipient | takes parameters on compress, deflate and gzip for an error | it knows none of these codings, and refuses each of them
7.4/te-chunked          | must not   | client    | names chunked in TE
7.4/te-connection       | must       | client    | names TE in Connection where it sends it
8/incomplete-request    | may        | server    | answers an incomplete request with an error before it closes
8/incomplete-response   | must       | client    | marks an incomplete response as such
9.2/order               | must       | client    | matches responses to its requests in order, and goes past every 1xx
9.2/unsolicited         | must not   | client    | uses a response that it did not ask for
9.2/unsolicited-close   | should     | client    | closes the connection on which one came
9.2/stray-crlf          | should     | client    | discards CRLF that comes between responses
9.3/support             | should     | endpoint  | supports persistent connections
9.3/persist             | must       | endpoint  | lets close win, else persists in 1.1, else in 1.0 with keep-alive, else closes
9.3/send-close          | must       | endpoint  | sends close where it does not keep connections
9.3/read-body           | must       | server    | reads the whole body of a request, or closes after the response
9.3/read-response       | must       | client    | reads the whole response before it uses the connection again
9.3/keep-alive-1.0      | should     | server    | sends keep-alive to a 1.0 client whose connection it keeps
9.3.1/recover           | may        | client    | asks again by itself, where nothing speaks against it, when a connection closes on a request
9.3.1/retry             | should not | client    | retries by itself what is not idempotent, unless it knows that nothing was done
9.3.1/retry-twice       | should not | client    | retries an automatic retry
9.3.2/pipeline-order    | must       | server    | answers pipelined requests in their order
9.3.2/retry-pipelined   | should     | client    | asks again what went unanswered where a connection closed early
9.3.2/pipeline-reconnected | must not | client   | pipelines right after a connection that failed
9.3.2/pipeline-unsafe   | should not | client    | pipelines after a request that is not idempotent
9.4/cap                 | should     | client    | caps its connections to one server
9.5/timeout-close       | should     | endpoint  | closes gracefully when it has waited long enough
9.5/watch               | should     | endpoint  | watches for the other side's close, and answers it
9.5/flow-control        | should     | server    | lets flow control slow a fast sender down instead of closing
9.5/early-response      | should     | client    | watches for a response while it sends a body, and stops the body
9.6/send-close          | should     | sender    | sends close in the last message of a connection
9.6/client-sent-close   | must not   | client    | sends requests after one with close
9.6/client-close        | must       | client    | closes after the response to a request with close
9.6/server-close        | must       | server    | closes after the response where either side said close
9.6/server-stops        | must not   | server    | takes requests after one with close
9.6/client-got-close    | must       | client    | sends nothing more once a response said close
9.6/lingering           | should     | server    | closes in stages: half-closes, reads on for a while, closes, so that no reset loses the last response
9.6/half-closed-client  | should     | server    | answers a client that has only closed its sending side
9.7/application-data    | must       | endpoint  | sends all of HTTP as application data of TLS | node:tls does
9.8/complete            | should     | client    | takes a response for complete that came with all of its length, or its last chunk, though TLS ended without an alert
9.8/incomplete-close    | should     | server    | is prepared for a client that ends TLS without an alert
9.8/close-notify        | must       | endpoint  | sends TLS's closure alert before it closes | node:tls does, and no probe speaks TLS
10.1/fold               | must       | recipient | replaces folds within message/http by SP | to it, that is content like any other
`,
);

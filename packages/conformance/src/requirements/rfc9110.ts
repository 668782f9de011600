/**
 * RFC 9110, HTTP Semantics: what it asks of an HTTP/1.1 server and client, section by section, in the same form as
 * `rfc9112.ts`. What concerns caches, proxies and the resource's own choices is left out.
 */
import { type Requirement, requirementsOf } from './requirement.ts';

export const rfc9110: readonly Requirement[] = requirementsOf(
  'rfc9110',
  `
2.2/abnf                | must not   | sender    | writes a protocol element that is outside its grammar
2.3/lengths             | must       | recipient | has room for elements as long as those that it sends itself
2.3/defensive           | should     | recipient | reads defensively: nothing has to fit the grammar, or a reasonable buffer
2.4/recover             | may        | recipient | makes something usable of an invalid element, where nothing else is said
4.2.1/empty-host        | must not   | sender    | writes an http URI with an empty host
4.2.4/userinfo          | must not   | sender    | writes userinfo into a target or a field
4.3.4/certificate       | must       | client    | verifies the certificate of an https server | node:tls does
5.1/case                | must       | recipient | reads field names without regard to case
5.1/unknown-field       | should     | recipient | ignores fields that it does not know
5.2/combined            | must       | recipient | takes the lines of one name for one value: a list, in their order
5.3/repeat              | must not   | sender    | repeats a field that is not a list
5.3/whole-section       | must not   | server    | acts before the whole header section is there
5.4/too-large           | must       | server    | answers a 4xx to fields larger than it will read
5.5/ctl                 | must       | recipient | refuses CR, LF and NUL in a value, or replaces each by SP
5.5/obs-text            | should     | recipient | keeps octets 0x80 to 0xFF in a value as they are
5.6.1/send-empty-element | must not  | sender    | writes empty elements into a list
5.6.1/empty-element     | must       | recipient | ignores a reasonable number of empty elements in a list
5.6.2/token             | should     | recipient | takes a token for what is defined as one: methods, field names, codings
5.6.3/send-bad-space    | must not   | sender    | writes whitespace where it is only tolerated
5.6.3/bad-space         | must       | recipient | reads past whitespace where it is tolerated
5.6.4/quoted-pair       | must       | recipient | reads a quoted pair as the octet behind the backslash
5.6.7/dates             | must       | recipient | reads all three forms of a date
5.6.7/send-date         | must       | sender    | writes dates as IMF-fixdate
6.2/minor-version       | should     | recipient | reads a higher minor version of HTTP/1 as 1.1
6.5.1/send-trailers     | must not   | sender    | sends as trailers what belongs into the header section: framing, routing, authentication
6.5.1/ignore-trailers   | may        | recipient | drops trailer fields
6.6.1/date              | must       | server    | sends Date, where it has a clock, with 2xx, 3xx and 4xx
6.6.2/trailer           | should     | sender    | announces its trailer fields in Trailer
7.1/target-form         | must not   | client    | uses a form of the target with a method that it is not for
7.2/host-first          | should     | client    | sends Host as the first field
7.4/https-secured       | must       | server    | refuses a target of https on a connection that is not secured, unless a gateway that it trusts sent it
7.4/certificate         | must       | server    | refuses a target of https for which its certificate is not good | which names a certificate is good for is left to the handler, who knows which it serves
7.6.1/hop-by-hop        | must       | sender    | names in Connection the fields that are meant for this connection only
7.8/connection-upgrade  | must       | sender    | names upgrade in Connection where it sends Upgrade
7.8/upgrade-named       | must       | server    | names the protocol in Upgrade of a 101 and of a 426
7.8/not-offered         | must not   | server    | switches to a protocol that the client did not offer
7.8/upgrade-1.0         | must       | server    | ignores Upgrade in a 1.0 request
7.8/continue-first      | must       | server    | sends 100 before 101 where the request asks for both
7.8/may-ignore          | may        | server    | ignores Upgrade
8.6/not-on-1xx-204      | must not   | server    | sends Content-Length with a 1xx or 204
8.6/not-on-connect      | must not   | server    | sends Content-Length with a 2xx to CONNECT
8.6/send-where-expected | should     | client    | sends Content-Length, 0 even, where the method expects content
8.6/send-where-not      | should not | client    | sends Content-Length where there is no content and the method expects none
8.6/head-304            | must not   | server    | sends with HEAD or 304 another Content-Length than a 200 to GET would have
8.6/known               | should     | server    | sends Content-Length where the size is known
8.6/overflow            | must       | recipient | neither overflows nor loses precision in a Content-Length
8.6/forward-invalid     | must not   | sender    | sends a Content-Length that it knows to be wrong
9.1/case                | must       | server    | reads methods with regard to case
9.1/get-head            | must       | server    | supports GET and HEAD
9.1/unknown-method      | should     | server    | answers 501 to a method that it does not know | to http-mini every token is a method: the handler decides
9.1/not-allowed         | should     | server    | answers 405 to a method that the resource does not allow
9.2.2/retry             | should not | client    | retries by itself what is not idempotent
9.3.1/get-content       | should not | client    | sends content with GET, HEAD or DELETE
9.3.2/head-content      | must not   | server    | sends content with the response to HEAD
9.3.2/head-fields       | should     | server    | sends with HEAD the fields that it would send with GET
9.3.6/connect-port      | must       | server    | refuses CONNECT with an empty or invalid port
9.3.6/connect-target    | must       | client    | sends host and port with CONNECT
9.3.8/trace-content     | must not   | client    | sends content with TRACE
10.1.1/expect-without   | must not   | client    | sends Expect: 100-continue without content
10.1.1/expect-wait      | should not | client    | waits without end for the 100
10.1.1/expect-417       | should     | client    | asks again without Expect after a 417
10.1.1/continue         | must       | server    | answers Expect with 100 or a final status, from the header section alone
10.1.1/continue-first   | must not   | server    | waits for the content before it sends the 100
10.1.1/continue-1.0     | must       | server    | ignores Expect in a 1.0 request
10.1.1/expectation-417  | may        | server    | answers 417 to an expectation that it does not know
10.1.1/skip-continue    | may        | server    | sends no 100 where content has already come
10.1.1/final-close      | should     | server    | says whether it closes or reads on where the final status comes before the content
10.2.2/fragment         | must       | client    | keeps the fragment through a redirect whose Location has none
15/unknown-class        | must       | client    | treats a status that it does not know as the x00 of its class
15/invalid-status       | should     | client    | treats a status outside 100 to 599 as a server error
15.2/1xx-to-1.0         | must not   | server    | sends a 1xx to a 1.0 client
15.2/parse-1xx          | must       | client    | reads any number of 1xx, asked for or not
15.2.2/101              | must       | server    | says in Upgrade which protocol comes after the 101
15.3.6/205              | must not   | server    | sends content with a 205
15.4/resend             | should     | client    | sends a request that it redirects by itself again as the status says: to the Location, resolved, with the method that belongs there
15.4/loops              | should     | client    | notices redirects that go in a circle
15.4.8/keep-method      | must not   | client    | changes the method on a 307 or 308 that it follows by itself
15.5.6/allow            | must       | server    | sends Allow with a 405
15.6.6/version          | should     | server    | answers 505 to a major version that it does not speak
`,
);

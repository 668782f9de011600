/**
 * RFC 9110, HTTP Semantics: what it asks of an HTTP/1.1 server and client, section by section, in the same form as
 * `rfc9112.ts`. What concerns caches, proxies and the resource's own choices is left out, but for what a served folder does:
 * its validators, conditions and ranges.
 */
import { type Requirement, requirementsOf } from './requirement.ts';

export const rfc9110: readonly Requirement[] = requirementsOf(
  'rfc9110',
  `
2.2/abnf                | must not   | sender    | writes a protocol element that is outside its grammar
2.3/lengths             | must       | recipient | has room for elements as long as those that it sends itself
2.3/defensive           | should     | recipient | reads defensively: nothing has to fit the grammar, or a reasonable buffer
2.4/recover             | may        | recipient | makes something usable of an invalid element, where nothing else is said
3.3/stateless           | must not   | server    | takes two requests of one connection for the same user's | each request is a call of the handler's own, and nothing ties two together
4.1/uri-8000            | should     | recipient | has room for URIs of 8,000 octets
4.2.1/empty-host        | must not   | sender    | writes an http URI with an empty host
4.2.1/reject-empty-host | must       | recipient | refuses an http or https URI with an empty host
4.2.2/secured           | must       | client    | sends requests for https over a secured connection and no other
4.2.4/userinfo          | must not   | sender    | writes userinfo into a target or a field
4.2.4/reject-userinfo   | should     | recipient | takes userinfo in a URI that came from elsewhere for an error
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
5.6.3/send-space        | should     | sender    | writes optional whitespace as one SP where it helps a reader, and nowhere else
5.6.4/quoted-pair       | must       | recipient | reads a quoted pair as the octet behind the backslash
5.6.4/send-quoted-pair  | should not | sender    | escapes more than the quotation mark and the backslash | it writes no quoted string
5.6.7/dates             | must       | recipient | reads all three forms of a date
5.6.7/send-date         | must       | sender    | writes dates as IMF-fixdate
5.6.7/two-digit-year    | must       | recipient | takes a year of two digits that seems more than 50 years ahead for one of the past
6.2/minor-version       | should     | recipient | reads a higher minor version of HTTP/1 as 1.1
6.2/send-version        | should     | server    | says the highest version that it conforms to, whatever minor version the request has
6.5.1/send-trailers     | must not   | sender    | sends as trailers what belongs into the header section: framing, routing, authentication
6.5.1/ignore-trailers   | may        | recipient | drops trailer fields
6.6.1/date              | must       | server    | sends Date, where it has a clock, with 2xx, 3xx and 4xx
6.6.1/date-of-now       | should     | sender    | sends as Date the time at which the message is made, as near as it can
6.6.2/trailer           | should     | sender    | announces its trailer fields in Trailer
7.1/target-form         | must not   | client    | uses a form of the target with a method that it is not for
7.2/host-first          | should     | client    | sends Host as the first field
7.4/https-secured       | must       | server    | refuses a target of https on a connection that is not secured, unless a gateway that it trusts sent it
7.4/certificate         | must       | server    | refuses a target of https for which its certificate is not good | which names a certificate is good for is left to the handler, who knows which it serves
7.5/goes-on             | should     | client    | goes on sending its content when a response comes early, unless that says not to
7.6.1/hop-by-hop        | must       | sender    | names in Connection the fields that are meant for this connection only
7.8/connection-upgrade  | must       | sender    | names upgrade in Connection where it sends Upgrade
7.8/upgrade-named       | must       | server    | names the protocol in Upgrade of a 101 and of a 426
7.8/not-offered         | must not   | server    | switches to a protocol that the client did not offer
7.8/upgrade-1.0         | must       | server    | ignores Upgrade in a 1.0 request
7.8/continue-first      | must       | server    | sends 100 before 101 where the request asks for both
7.8/may-ignore          | may        | server    | ignores Upgrade
7.8/protocol-case       | should     | recipient | compares names of protocols without regard to case
7.8/honored             | must not   | server    | switches to a protocol that cannot honor what the request asks for | the handler that switches knows what its protocol can do
8.3/content-type        | should     | sender    | sends Content-Type with content, unless it does not know the type
8.4/content-encoding    | must       | sender    | names in Content-Encoding the codings that it applied | it applies none
8.6/not-on-1xx-204      | must not   | server    | sends Content-Length with a 1xx or 204
8.6/not-on-connect      | must not   | server    | sends Content-Length with a 2xx to CONNECT
8.6/send-where-expected | should     | client    | sends Content-Length, 0 even, where the method expects content
8.6/send-where-not      | should not | client    | sends Content-Length where there is no content and the method expects none
8.6/head-304            | must not   | server    | sends with HEAD or 304 another Content-Length than a 200 to GET would have
8.6/known               | should     | server    | sends Content-Length where the size is known
8.6/overflow            | must       | recipient | neither overflows nor loses precision in a Content-Length
8.6/forward-invalid     | must not   | sender    | sends a Content-Length that it knows to be wrong
8.8.2.1/last-modified   | should     | server    | sends Last-Modified where that can be known
8.8.2.1/future          | must not   | server    | sends a Last-Modified that is later than Date
8.8.3/weak              | must       | server    | marks an entity tag as weak that is no strong validator | those of a served folder are strong: size, and time to the nanosecond
8.8.3.1/etag            | should     | server    | sends an entity tag where changes can be told by one
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
9.3.7/options-type      | must       | client    | sends Content-Type with the content of an OPTIONS | the fields of a request are its caller's
9.3.8/reflect           | should     | server    | reflects a TRACE as the content of its answer | TRACE is answered by the handler like any other method
9.3.8/trace-content     | must not   | client    | sends content with TRACE
10.1.1/expect-without   | must not   | client    | sends Expect: 100-continue without content
10.1.1/expect-wait      | should not | client    | waits without end for the 100
10.1.1/send-expect      | must       | client    | sends Expect: 100-continue where it is going to wait for the 100
10.1.1/expect-417       | should     | client    | asks again without Expect after a 417
10.1.1/continue         | must       | server    | answers Expect with 100 or a final status, from the header section alone
10.1.1/continue-first   | must not   | server    | waits for the content before it sends the 100
10.1.1/final            | must       | server    | sends a final status after a 100, unless the connection is closed
10.1.1/continue-1.0     | must       | server    | ignores Expect in a 1.0 request
10.1.1/expectation-417  | may        | server    | answers 417 to an expectation that it does not know
10.1.1/skip-continue    | may        | server    | sends no 100 where content has already come
10.1.1/final-close      | should     | server    | says whether it closes or reads on where the final status comes before the content
10.1.3/referer          | must not   | client    | sends a fragment or userinfo in Referer, or any after https without TLS | it sends no Referer by itself
10.1.5/user-agent       | should     | client    | sends User-Agent, unless it is told not to
10.2.2/fragment         | must       | client    | keeps the fragment through a redirect whose Location has none
10.2.4/server           | should not | server    | tells needless detail of itself in Server | it sends no Server
11.6.1/challenge        | must       | server    | sends WWW-Authenticate with a 401 | to authenticate is the handler's affair
13.1.1/strong           | must       | server    | compares entity tags strongly for If-Match
13.1.1/if-match         | must       | server    | evaluates If-Match, and answers 412 where it is false
13.1.2/weak             | must       | recipient | compares entity tags weakly for If-None-Match
13.1.2/if-none-match    | must       | server    | evaluates If-None-Match, and answers GET and HEAD with 304 where it is false
13.1.3/ignored          | must       | recipient | ignores If-Modified-Since beside If-None-Match, and where it is no date
13.1.3/if-modified-since | should     | server    | answers 304 where nothing was modified since
13.1.4/ignored          | must       | recipient | ignores If-Unmodified-Since beside If-Match, and where it is no date
13.1.4/if-unmodified-since | must       | server    | answers 412 where something was modified since
13.1.5/if-range         | must       | server    | ignores Range where If-Range is false, and If-Range without a Range
13.1.5/send-if-range    | must not   | client    | sends If-Range without Range, or with a weak tag | its client asks for no ranges
13.2.1/ignored          | must       | server    | ignores conditions where the answer without them would be neither 2xx nor 412
13.2.2/order            | must       | server    | evaluates conditions in the order of the section
14.1.2/overflow         | must       | recipient | does not overflow in the numbers of a range
14.2/method             | must       | server    | ignores Range with a method that has no ranges: with all but GET
14.2/unit               | must       | server    | ignores a Range of a unit that it does not know
14.2/partial            | should     | server    | answers a range that can be had with 206, and one that cannot with 416
14.4/complete-length    | should     | sender    | says the complete length in Content-Range, with a 416 too
15/unknown-class        | must       | client    | treats a status that it does not know as the x00 of its class
15/invalid-status       | should     | client    | treats a status outside 100 to 599 as a server error
15.2/1xx-to-1.0         | must not   | server    | sends a 1xx to a 1.0 client
15.2/parse-1xx          | must       | client    | reads any number of 1xx, asked for or not
15.2.2/101              | must       | server    | says in Upgrade which protocol comes after the 101
15.3.6/205              | must not   | server    | sends content with a 205
15.3.7/fields           | must       | server    | sends with a 206 the Date, Cache-Control, ETag, Expires, Content-Location and Vary of a 200
15.3.7/few-fields       | should not | sender    | sends more of the representation's fields with the 206 to an If-Range | a client that has lost its first answer needs them, and every server sends them
15.3.7.1/content-range  | must       | server    | says in the Content-Range of a 206 which part it is
15.3.7.2/one-range      | must not   | server    | answers one range with several parts
15.4/resend             | should     | client    | sends a request that it redirects by itself again as the status says: to the Location, resolved, with the method that belongs there
15.4/loops              | should     | client    | notices redirects that go in a circle
15.4.5/fields           | must       | server    | sends with a 304 the Date, Cache-Control, ETag, Expires, Content-Location and Vary of a 200
15.4.8/keep-method      | must not   | client    | changes the method on a 307 or 308 that it follows by itself
15.5/explanation        | should     | server    | explains a 4xx in its content, except to HEAD
15.5.6/allow            | must       | server    | sends Allow with a 405
15.6/explanation        | should     | server    | explains a 5xx in its content, except to HEAD
15.6.6/version          | should     | server    | answers 505 to a major version that it does not speak
`,
);

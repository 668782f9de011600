/** Header fields: where each one is defined, and what it is sent for. */
import { type Term, term } from './terms.ts';

/** Name, section of RFC 9110 unless another RFC is named, and why it is sent. */
const FIELDS: readonly (readonly [name: string, section: string, why: string])[] = [
  ['accept', '12.5.1', 'Says which media types the client can use.'],
  ['accept-encoding', '12.5.3', 'Says which compressions the client can undo.'],
  ['accept-language', '12.5.4', 'Says which languages the user reads.'],
  ['accept-ranges', '14.3', 'Says whether a part can be asked for.'],
  ['allow', '10.2.1', 'Says which methods the resource supports.'],
  ['authorization', '11.6.2', 'Shows the server who asks.'],
  [
    'connection',
    '7.6.1',
    'Speaks of this connection only: whether it closes or changes, and which fields go no further.',
  ],
  ['content-encoding', '8.4', 'Says how the content is compressed, so that it can be undone.'],
  ['content-language', '8.5', 'Says for readers of which language the content is.'],
  [
    'content-length',
    '8.6',
    'Says how many bytes of content follow, so that the end of the message is known.',
  ],
  ['content-location', '8.7', 'Names the resource that the content is of.'],
  ['content-range', '14.4', 'Says which part of the whole this is.'],
  ['content-type', '8.3', 'Says what the content is, so that the recipient knows how to read it.'],
  ['date', '6.6.1', 'Says when the message was made, from which caches count its age.'],
  ['etag', '8.8.3', 'Names this state of the resource, so that a client can ask whether it has changed.'],
  ['expect', '10.1.1', 'Asks the server to agree before the content is sent.'],
  ['from', '10.1.2', 'Gives the mail address of the person behind a robot.'],
  ['host', '7.2', 'Says which of the sites behind this address is meant.'],
  ['if-match', '13.1.1', 'Does nothing if the resource has changed, so that no update is lost.'],
  ['if-modified-since', '13.1.3', 'Asks for the content only if it is newer than what the client has.'],
  ['if-none-match', '13.1.2', 'Asks for the content only if it is another one than the client has.'],
  ['if-range', '13.1.5', 'Asks for a part only if the rest is still the same, else for the whole.'],
  ['if-unmodified-since', '13.1.4', 'Does nothing if the resource has changed since then.'],
  [
    'last-modified',
    '8.8.2',
    'Says when the resource last changed, so that a client can ask whether it has since.',
  ],
  ['location', '10.2.2', 'Says where to go, or where the new resource is.'],
  ['max-forwards', '7.6.2', 'Limits how many proxies pass the request on.'],
  ['proxy-authenticate', '11.7.1', 'Says how a client can show a proxy who it is.'],
  ['proxy-authorization', '11.7.2', 'Shows a proxy who asks.'],
  ['range', '14.2', 'Asks for a part of the resource.'],
  ['referer', '10.1.3', 'Says on which page the link was found.'],
  ['retry-after', '10.2.3', 'Says how long to wait before the next try.'],
  ['server', '10.2.4', 'Names the software of the server.'],
  ['te', '10.1.4', 'Says which transfer codings the client can undo, and whether it takes trailers.'],
  ['trailer', '6.6.2', 'Announces fields that come behind the content.'],
  [
    'transfer-encoding',
    'RFC 9112 6.1',
    'Says that the content is sent in chunks, since its length was not known.',
  ],
  ['upgrade', '7.8', 'Names the protocol that the connection could change to, or does.'],
  ['user-agent', '10.1.5', 'Names the software of the client.'],
  ['vary', '12.5.5', 'Says which fields of the request had a part in choosing this response, for caches.'],
  ['via', '7.6.3', 'Names the proxies on the way, so that a loop is found.'],
  ['www-authenticate', '11.6.1', 'Says how a client can show who it is.'],
  [
    'sec-websocket-key',
    'RFC 6455 11.3.1',
    'Is to be answered by a digest of it: so a server proves that it knows WebSocket.',
  ],
  [
    'sec-websocket-extensions',
    'RFC 6455 11.3.2',
    'Offers extensions, such as compression, or says which are taken.',
  ],
  [
    'sec-websocket-accept',
    'RFC 6455 11.3.3',
    'Is the digest of the key: the server has understood the handshake.',
  ],
  [
    'sec-websocket-protocol',
    'RFC 6455 11.3.4',
    'Offers subprotocols, what the messages mean, or says which one is taken.',
  ],
  [
    'sec-websocket-version',
    'RFC 6455 11.3.5',
    'Says which version of WebSocket this is: 13, the only one in use.',
  ],
  [
    'origin',
    'RFC 6454 7',
    'Says which site the script is from that asks, so that a server can refuse others.',
  ],
  ['cookie', 'RFC 6265 5.4', 'Gives back what the server has set, so that it knows the client again.'],
  ['set-cookie', 'RFC 6265 4.1', 'Asks the client to send this back with each request.'],
  ['cache-control', 'RFC 9111 5.2', 'Tells caches what they may keep, and for how long.'],
];

const NAME = 'field-value';
const TERMS = new Map<string, Term>(
  FIELDS.map(([name, section, why]) => [
    name,
    term(NAME, section.startsWith('RFC') ? section : `RFC 9110 ${section}`, why),
  ]),
);
/** Any other field: the section that says what a value may hold. */
const ANY = term(NAME, 'RFC 9110 5.5', 'What is said under this name, for who knows it; others pass it on.');

/** The value of a field, by its name. */
export function valueTerm(name: string): Term {
  return TERMS.get(name.toLowerCase()) ?? ANY;
}

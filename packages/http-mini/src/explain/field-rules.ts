/** Where the fields that RFC 9110 and RFC 9112 define are defined: what a reader wants to look up next. */

const RULES = new Map(
  Object.entries({
    accept: 'RFC 9110 12.5.1',
    'accept-encoding': 'RFC 9110 12.5.3',
    'accept-language': 'RFC 9110 12.5.4',
    'accept-ranges': 'RFC 9110 14.3',
    allow: 'RFC 9110 10.2.1',
    authorization: 'RFC 9110 11.6.2',
    connection: 'RFC 9110 7.6.1',
    'content-encoding': 'RFC 9110 8.4',
    'content-language': 'RFC 9110 8.5',
    'content-length': 'RFC 9110 8.6',
    'content-location': 'RFC 9110 8.7',
    'content-range': 'RFC 9110 14.4',
    'content-type': 'RFC 9110 8.3',
    date: 'RFC 9110 6.6.1',
    etag: 'RFC 9110 8.8.3',
    expect: 'RFC 9110 10.1.1',
    from: 'RFC 9110 10.1.2',
    host: 'RFC 9110 7.2',
    'if-match': 'RFC 9110 13.1.1',
    'if-modified-since': 'RFC 9110 13.1.3',
    'if-none-match': 'RFC 9110 13.1.2',
    'if-range': 'RFC 9110 13.1.5',
    'if-unmodified-since': 'RFC 9110 13.1.4',
    'last-modified': 'RFC 9110 8.8.2',
    location: 'RFC 9110 10.2.2',
    'max-forwards': 'RFC 9110 7.6.2',
    'proxy-authenticate': 'RFC 9110 11.7.1',
    'proxy-authorization': 'RFC 9110 11.7.2',
    range: 'RFC 9110 14.2',
    referer: 'RFC 9110 10.1.3',
    'retry-after': 'RFC 9110 10.2.3',
    server: 'RFC 9110 10.2.4',
    te: 'RFC 9110 10.1.4',
    trailer: 'RFC 9110 6.6.2',
    'transfer-encoding': 'RFC 9112 6.1',
    upgrade: 'RFC 9110 7.8',
    'user-agent': 'RFC 9110 10.1.5',
    vary: 'RFC 9110 12.5.5',
    via: 'RFC 9110 7.6.3',
    'www-authenticate': 'RFC 9110 11.6.1',
  }),
);

/** The section that defines a field; for any other, the one that says what a value may hold. */
export function fieldRule(name: string): string {
  return RULES.get(name.toLowerCase()) ?? 'RFC 9110 5.5';
}

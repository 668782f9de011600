/** Where the fields that RFC 9110 and RFC 9112 define are defined: what a reader wants to look up next. */

/** Name and section of RFC 9110. */
const FIELDS = `accept 12.5.1, accept-encoding 12.5.3, accept-language 12.5.4, accept-ranges 14.3, allow 10.2.1,
   authorization 11.6.2, connection 7.6.1, content-encoding 8.4, content-language 8.5, content-length 8.6,
   content-location 8.7, content-range 14.4, content-type 8.3, date 6.6.1, etag 8.8.3, expect 10.1.1,
   from 10.1.2, host 7.2, if-match 13.1.1, if-modified-since 13.1.3, if-none-match 13.1.2, if-range 13.1.5,
   if-unmodified-since 13.1.4, last-modified 8.8.2, location 10.2.2, max-forwards 7.6.2,
   proxy-authenticate 11.7.1, proxy-authorization 11.7.2, range 14.2, referer 10.1.3, retry-after 10.2.3,
   server 10.2.4, te 10.1.4, trailer 6.6.2, upgrade 7.8, user-agent 10.1.5, vary 12.5.5, via 7.6.3,
   www-authenticate 11.6.1`;

const RULES = new Map([['transfer-encoding', 'RFC 9112 6.1']]);
for (const field of FIELDS.split(/,\s+/)) {
  const [name, section] = field.split(' ');
  RULES.set(name!, `RFC 9110 ${section}`);
}

/** The section that defines a field; for any other, the one that says what a value may hold. */
export function fieldRule(name: string): string {
  return RULES.get(name.toLowerCase()) ?? 'RFC 9110 5.5';
}

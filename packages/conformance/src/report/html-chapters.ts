/** The chapters of the RFCs by their own titles: what the rows of the HTML report are grouped by. */

const CHAPTERS: Readonly<Record<string, string>> = {
  'rfc9110/2': 'Conformance',
  'rfc9110/4': 'Identifiers',
  'rfc9110/5': 'Fields',
  'rfc9110/6': 'Message Abstraction',
  'rfc9110/7': 'Routing HTTP Messages',
  'rfc9110/8': 'Representation Data and Metadata',
  'rfc9110/9': 'Methods',
  'rfc9110/10': 'Message Context',
  'rfc9110/15': 'Status Codes',
  'rfc9112/2': 'Message',
  'rfc9112/3': 'Request Line',
  'rfc9112/4': 'Status Line',
  'rfc9112/5': 'Field Syntax',
  'rfc9112/6': 'Message Body',
  'rfc9112/7': 'Transfer Codings',
  'rfc9112/8': 'Handling Incomplete Messages',
  'rfc9112/9': 'Connection Management',
  'rfc6455/4': 'Opening Handshake',
  'rfc6455/5': 'Data Framing',
  'rfc6455/6': 'Sending and Receiving Data',
  'rfc6455/7': 'Closing the Connection',
  'rfc6455/8': 'Error Handling',
  'rfc6455/9': 'Extensions',
  'rfc6455/10': 'Security Considerations',
  'rfc6455/11': 'IANA Considerations',
  'rfc7692/5': 'Extension Negotiation',
  'rfc7692/6': 'Framing',
  'rfc7692/7': 'The permessage-deflate Extension',
};

/** `rfc9112/6`, of `rfc9112/6.3/te-over-cl`. */
export function chapterOf(requirement: string): string {
  return requirement.replace(/^(\w+\/\d+).*/, '$1');
}

/** `RFC 9112 6, Message Body`. */
export function chapterTitle(chapter: string): string {
  const title = CHAPTERS[chapter];
  return `${chapter.replace(/^rfc(\d+)\//, 'RFC $1 ')}${title === undefined ? '' : `, ${title}`}`;
}

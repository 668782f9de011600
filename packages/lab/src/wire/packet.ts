/**
 * The bytes of the stream in one packet, as a capture shows it: behind the headers of the link (Ethernet or Linux's "cooked" one,
 * or none), of IP (RFC 791, RFC 8200) and of TCP (RFC 9293 3.1). Lengths must agree, so bytes of a stream pass for no packet.
 */

export interface Packet {
  readonly payload: Uint8Array;
  /** Bytes of all headers before it. */
  readonly headers: number;
}

/** Where IP begins, and where the two bytes stand that say that it does. */
const LINKS: readonly { readonly ip: number; readonly type: number | undefined }[] = [
  { ip: 0, type: undefined }, // tcpdump -X
  { ip: 14, type: 12 }, // Ethernet
  { ip: 16, type: 14 }, // any interface of Linux
];
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
/** Ethernet fills a frame up to 60 bytes. */
const MOST_PADDING = 46;

/** Undefined if these bytes are no packet of TCP. */
export function packetOf(bytes: Uint8Array): Packet | undefined {
  for (const { ip, type } of LINKS) {
    if (type !== undefined && ![IPV4, IPV6].includes(twoBytes(bytes, type))) continue;
    const tcp = tcpIn(bytes.subarray(ip));
    if (tcp === undefined) continue;
    const header = ((bytes[ip + tcp.start + 12] ?? 0) >> 4) * 4;
    const start = ip + tcp.start + header;
    const end = ip + tcp.end;
    if (header >= 20 && start <= end) return { payload: bytes.subarray(start, end), headers: start };
  }
  return undefined;
}

function tcpIn(ip: Uint8Array): { readonly start: number; readonly end: number } | undefined {
  const version = (ip[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) return undefined;
  const start = version === 4 ? ((ip[0] ?? 0) & 0xf) * 4 : 40;
  const end = version === 4 ? twoBytes(ip, 2) : 40 + twoBytes(ip, 4);
  const isTcp = ip[version === 4 ? 9 : 6] === TCP;
  const isWhole = start >= 20 && start + 20 <= end && end <= ip.length && ip.length - end <= MOST_PADDING;
  return isTcp && isWhole ? { start, end } : undefined;
}

function twoBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

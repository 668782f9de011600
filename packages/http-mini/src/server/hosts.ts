/**
 * For which hosts a server answers (RFC 9110 7.4). A page of any site can have its own name lead to 127.0.0.1 (DNS
 * rebinding) and read there what is meant for this machine alone; what it cannot do is hide that name from Host.
 */

/** What leads to this machine whatever the DNS says (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3), as a URL has it. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost)$/;

/**
 * Whether a server on this address answers for this host; if not, 421 (Misdirected Request) says so. On a loopback
 * address it answers for loopback names and addresses, its own address and `names`; on any other address for every host,
 * or for the same ones if there are `names`.
 *
 *     if (!answersFor(request.authority, server.address?.address)) return { status: 421 };
 *
 * @param authority host[:port]; "", which no browser sends, is always answered
 * @param address as `server.address` has it
 * @param names hosts without a port, in any case
 */
export function answersFor(
  authority: string,
  address: string | undefined,
  names: readonly string[] = [],
): boolean {
  if (authority === '') return true;
  const own = hostOf(address?.includes(':') ? `[${address}]` : (address ?? ''));
  if (names.length === 0 && !LOOPBACK.test(own)) return true;
  const host = hostOf(authority);
  return LOOPBACK.test(host) || host === own || names.some((name) => hostOf(name) === host);
}

/** As a URL has it: in lower case, addresses in their one form, without port; and without the dot of the DNS's root. */
function hostOf(authority: string): string {
  const url = `http://${authority}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : authority;
}

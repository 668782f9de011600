/**
 * For which hosts a server answers (RFC 9110 7.4). Any web site can make its own name lead to 127.0.0.1 (DNS rebinding), and
 * its pages could then read what is meant for this machine alone. But they cannot hide that name: the browser puts it into
 * Host.
 */

/** Hosts, as a URL writes them, that always mean this machine (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost)$/;

/**
 * Whether a server on this address should answer for this host; if not, answer 421 (Misdirected Request). On a loopback
 * address it should answer for loopback names and addresses, its own address and `names`. On any other address it should
 * answer for the same hosts if you give `names`, and for every host if you do not.
 *
 *     if (!answersFor(request.authority, server.address?.address)) return { status: 421 };
 *
 * @param authority host[:port]; always true for "", because no browser sends that
 * @param address as `server.address` has it
 * @param names hosts without a port; upper or lower case does not matter
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

/** The host as a URL writes it: in lower case, an address in its one form, without port; and without the dot of the DNS's root. */
function hostOf(authority: string): string {
  const url = `http://${authority}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : authority;
}

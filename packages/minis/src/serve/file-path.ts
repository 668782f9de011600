/**
 * From the path of a request to a file in a folder, and never to one outside. Two walls: the names, each decoded once and
 * by itself; and the real path that they lead to, because a link may lead anywhere.
 */
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * The names in a path such as `/a/b%20c/`, decoded; undefined if one of them is not allowed as a file's name. None may begin
 * with a dot: `..` climbs out, and `.git` or `.env` is private.
 */
export function namesIn(path: string): string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const names = path.slice(1).split('/');
  if (names.at(-1) === '') names.pop(); // a folder
  const decoded: string[] = [];
  for (const encoded of names) {
    const name = decode(encoded);
    if (name === undefined || name === '' || name.startsWith('.') || NOT_IN_NAME.test(name)) return undefined;
    decoded.push(name);
  }
  return decoded;
}

/** "/" comes out of %2f, and would be taken for a separator. On Windows two more characters have a meaning. */
const NOT_IN_NAME = sep === '\\' ? /[/\\:\0]/ : /[/\0]/;

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // not UTF-8
  }
}

/**
 * Where the names lead, links followed; undefined if that is outside the root, or if a name on the real path begins with a
 * dot: a link to a private file does not make it public.
 * @param root a real path
 * @throws what the file system says: ENOENT and its like
 */
export async function locate(root: string, names: readonly string[]): Promise<string | undefined> {
  const place = await realpath(join(root, ...names));
  if (place === root) return place;
  const inside = root.endsWith(sep) ? root : root + sep;
  const isHidden = place
    .slice(inside.length)
    .split(sep)
    .some((name) => name.startsWith('.'));
  return place.startsWith(inside) && !isHidden ? place : undefined;
}

/**
 * From the path of a request to a file below a folder, and never to one beside it. Two walls: the names (decoded once,
 * each by itself), and the real place of what they lead to, since a link may lead anywhere.
 */
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * The names in a path such as `/a/b%20c/`, decoded; undefined where one of them is no file's name. A name that begins with
 * a dot is none: `..` climbs out, and `.git` or `.env` is nobody else's business.
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

/** "/" comes out of %2f, and would be taken for a separator; on Windows there are two more that mean something. */
const NOT_IN_NAME = sep === '\\' ? /[/\\:\0]/ : /[/\0]/;

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // not UTF-8
  }
}

/**
 * Where the names lead, links followed; undefined where that is outside the root, or where a name on the real way there
 * begins with a dot: a link does not change whose business that is.
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

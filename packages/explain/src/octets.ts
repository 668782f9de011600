/** Bytes as text: one character for each, or what UTF-8 makes of them. */

/** One character for each byte. */
export function octetsOf(bytes: Uint8Array): string {
  let text = '';
  // In parts, because a call takes only so many arguments (test: `a payload of a megabyte`).
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode.apply(undefined, bytes.subarray(at, at + 8192) as unknown as number[]);
  return text;
}

/** A byte order mark is a character like any other; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

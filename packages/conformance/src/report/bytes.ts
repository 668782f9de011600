/** Bytes as a person reads them: printable ASCII as it is, the rest escaped, on one line. */
import type { Passage } from '../probes/probe.ts';

/** @param most characters; what is longer is cut, and its length in bytes told */
export function shown(bytes: Uint8Array, most: number = Infinity): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    text += escaped(bytes[i]!);
    if (text.length > most) return `${text}... (${bytes.length} bytes)`;
  }
  return text;
}

function escaped(byte: number): string {
  if (byte === 0x0d) return '\\r';
  if (byte === 0x0a) return '\\n';
  if (byte === 0x5c) return '\\\\';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** All that the probe sent, in order; ` | ` between connections. */
export function sentIn(transcript: readonly Passage[], most: number): string {
  const sent = transcript.filter(({ way }) => way === 'sent');
  const connections = [...new Set(sent.map(({ connection }) => connection))];
  return connections
    .map((one) =>
      Buffer.concat(sent.filter(({ connection }) => connection === one).map(({ bytes }) => bytes)),
    )
    .filter((bytes) => bytes.length > 0)
    .map((bytes) => shown(bytes, most))
    .join(' | ');
}

/** Bytes as a person reads them: printable ASCII as it is, the rest escaped, on one line. */
import type { Passage } from '../probes/probe.ts';

/** @param most characters, about; of what is longer both ends are told, since a probe's point is often its last bytes */
export function shown(bytes: Uint8Array, most: number = Infinity): string {
  // An escape has up to four characters and a byte at least one: only the ends of megabytes need be written.
  const text = bytes.length > most ? undefined : escapedAll(bytes);
  if (text !== undefined && text.length <= most) return text;
  const end = Math.floor(most / 2);
  const first = escapedAll(bytes.subarray(0, end)).slice(0, end);
  const last = escapedAll(bytes.subarray(-end)).slice(-end);
  return `${first} ... ${last} (${bytes.length} bytes)`;
}

function escapedAll(bytes: Uint8Array): string {
  return Array.from(bytes, escaped).join('');
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

/** The media types of common files by their extension (RFC 9110 8.3.1); anything else is bytes, and all text UTF-8. */

const TYPES = new Map(
  `html text/html, htm text/html, css text/css, js text/javascript, mjs text/javascript, ts text/plain,
   txt text/plain, md text/markdown, csv text/csv, json application/json, map application/json,
   webmanifest application/manifest+json, xml application/xml, wasm application/wasm,
   pdf application/pdf, zip application/zip, gz application/gzip, png image/png, jpg image/jpeg,
   jpeg image/jpeg, gif image/gif, webp image/webp, avif image/avif, svg image/svg+xml,
   ico image/vnd.microsoft.icon, woff font/woff, woff2 font/woff2, mp3 audio/mpeg, ogg audio/ogg,
   wav audio/wav, mp4 video/mp4, webm video/webm`
    .split(/,\s+/)
    .map((entry) => entry.split(' ') as [extension: string, type: string]),
);

export function mediaType(file: string): string {
  const extension = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  const type = TYPES.get(extension) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}

// The work that the servers are given, said once, so that all of them do the same.

export const SMALL: Buffer = Buffer.from('Hello, world!');
export const LARGE: Buffer = Buffer.alloc(1024 * 1024, 'minis');
/** Of the large answer. */
export const DOWNLOAD = '/download';

/** Which rules a plain peer keeps: all but the one that makes it a saboteur. */

/** @param id of a requirement */
export type Keeps = (id: string) => boolean;

export const keepsAll: Keeps = () => true;

export const breaks =
  (id: string): Keeps =>
  (other) =>
    other !== id;

/** Those of what comes after the opening handshake, which both roles keep. */
export const FRAME_RULES: readonly string[] = [
  'rfc6455/5.2/rsv',
  'rfc6455/5.2/opcode',
  'rfc6455/5.2/length-top-bit',
  'rfc6455/5.2/length-minimal',
  'rfc6455/5.4/continuation',
  'rfc6455/5.4/interleave',
  'rfc6455/5.4/control-fragmented',
  'rfc6455/5.4/control-between',
  'rfc6455/5.4/fragmented',
  'rfc6455/5.5/control-size',
  'rfc6455/5.5.1/answer',
  'rfc6455/5.5.1/current-message',
  'rfc6455/5.5.1/body',
  'rfc6455/5.5.1/echo-code',
  'rfc6455/5.5.1/after-close',
  'rfc6455/5.5.1/close-tcp',
  'rfc6455/5.5.2/pong',
  'rfc6455/5.5.2/promptly',
  'rfc6455/5.5.3/same-data',
  'rfc6455/5.5.3/unsolicited',
  'rfc6455/5.6/text-utf8',
  'rfc6455/6.1/opcode-fin',
  'rfc6455/6.2/join',
  'rfc6455/7.1.7/send-close',
  'rfc6455/7.1.7/nothing-more',
  'rfc6455/7.1.7/close-tcp',
  'rfc6455/7.4.2/ranges',
  'rfc6455/8.1/bad-utf8',
  'rfc6455/9.1/unaccepted',
  'rfc6455/10.4/limits',
  'rfc7692/6/not-on-others',
  'rfc7692/6/first-frame',
  'rfc7692/6/receive-uncompressed',
  'rfc7692/6.2/inflate',
  'rfc7692/7.1.2.1/keep',
  'rfc7692/7.2.1/tail',
  'rfc7692/7.2.1/empty-window',
  'rfc7692/7.2.2/append',
  'rfc7692/7.2.2/takeover',
];

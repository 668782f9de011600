/**
 * What the program of python.ts wrote on one machine, for those that have no python3. A test runs it anew, and compares all
 * but the ports.
 */
import type { Recorded } from './experiment.ts';
import type { Part } from './python.ts';

export const recorded: Recorded = {
  date: '2026-11-29',
  system: 'Linux 6.18, Python 3.11.7',
  command: 'python3 -I -S -c PROGRAM',
};

/** The JSON of each part. */
export const recordings: { readonly [part in Part]: string } = {
  calls: `
{"steps": [
{"who": "listener", "call": "socket(AF_INET, SOCK_STREAM) = 3"},
{"who": "listener", "call": "getsockname(3) = 0.0.0.0:0"},
{"who": "listener", "call": "bind(3, 127.0.0.1:0) = 0"},
{"who": "listener", "call": "getsockname(3) = 127.0.0.1:51975"},
{"who": "listener", "call": "listen(3, 8) = 0"},
{"who": "client", "call": "socket(AF_INET, SOCK_STREAM) = 4"},
{"who": "client", "call": "getsockname(4) = 0.0.0.0:0"},
{"who": "client", "call": "connect(4, 127.0.0.1:51975) = 0"},
{"who": "client", "call": "getsockname(4) = 127.0.0.1:49032"},
{"who": "server", "call": "accept(3) = 5, from 127.0.0.1:49032"},
{"who": "client", "call": "write(4) = 5", "bytes": "68656c6c6f"},
{"who": "server", "call": "read(5) = 5", "bytes": "68656c6c6f"},
{"who": "client", "call": "close(4) = 0"},
{"who": "server", "call": "close(5) = 0"},
{"who": "listener", "call": "close(3) = 0"}
], "figures": {"server": 3, "client": 4, "unbound": "0.0.0.0:0", "bound": "127.0.0.1:51975", "clientBefore": "0.0.0.0:0", "clientAfter": "127.0.0.1:49032", "accepted": 5, "listener": 3}}
`,
  listener: `
{"steps": [
{"who": "listener", "call": "socket(AF_INET, SOCK_STREAM) = 3"},
{"who": "listener", "call": "getsockname(3) = 0.0.0.0:0"},
{"who": "listener", "call": "bind(3, 127.0.0.1:0) = 0"},
{"who": "listener", "call": "getsockname(3) = 127.0.0.1:37485"},
{"who": "listener", "call": "listen(3, 8) = 0"},
{"who": "client", "call": "socket(AF_INET, SOCK_STREAM) = 4"},
{"who": "client", "call": "getsockname(4) = 0.0.0.0:0"},
{"who": "client", "call": "connect(4, 127.0.0.1:37485) = 0"},
{"who": "client", "call": "getsockname(4) = 127.0.0.1:33720"},
{"who": "client", "call": "write(4) = 5", "bytes": "68656c6c6f"},
{"who": "listener", "call": "recv(3) = -1 ENOTCONN"},
{"who": "server", "call": "accept(3) = 5, from 127.0.0.1:33720"},
{"who": "server", "call": "read(5) = 5", "bytes": "68656c6c6f"}
], "figures": {"listener": 3, "accepted": 5, "onListener": "ENOTCONN", "onAccepted": "hello"}}
`,
  udp: `
{"steps": [
{"who": "receiver", "call": "socket(AF_INET, SOCK_DGRAM) = 3"},
{"who": "receiver", "call": "bind(3) = 0"},
{"who": "receiver", "call": "listen(3, 8) = -1 EOPNOTSUPP"},
{"who": "sender", "call": "socket(AF_INET, SOCK_DGRAM) = 4"},
{"who": "sender", "call": "sendto(4, 127.0.0.1:60171) = 5", "bytes": "68656c6c6f"},
{"who": "receiver", "call": "recvfrom(3) = 5", "bytes": "68656c6c6f"}
], "figures": {"listen": "EOPNOTSUPP", "received": "hello"}}
`,
  pair: `
{"steps": [
{"who": "client", "call": "socketpair(AF_UNIX, SOCK_STREAM) = [3, 4]"},
{"who": "client", "call": "write(3) = 5", "bytes": "68656c6c6f"},
{"who": "client", "call": "read(4) = 5", "bytes": "68656c6c6f"}
], "figures": {"one": 3, "other": 4, "received": "hello", "address": ""}}
`,
};

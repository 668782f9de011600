/**
 * Calls that Node does not have, one by one, by a few lines of Python: each method of its `socket` is the system call of that
 * name. Without python3, a recording is shown and says so.
 */
import { type Experiment, experiment } from '../experiment.ts';
import { callsOf } from '../python.ts';

/** socket(2), bind(2), listen(2), connect(2), accept(2), ip(7). */
export const calls: Experiment = experiment({
  title: {
    en: 'A server and a client, call by call; getsockname() says each time which address a socket has.',
    ko: '서버와 클라이언트의 호출을 하나씩 부릅니다. 소켓의 주소는 그때마다 getsockname()에 묻습니다.',
  },
  run: (run) => callsOf(run, 'calls'),
  says: ({ server, client, unbound, bound, clientBefore, clientAfter, accepted, listener }) => ({
    en: `Both began with socket(): ${server} here, ${client} there. The server had ${unbound} before bind(), ${bound} after it; the client had ${clientBefore} before connect(), ${clientAfter} after it, and never called bind(). accept(${listener}) returned ${accepted}.`,
    ko: `양쪽 모두 socket()으로 시작해 서버는 ${server}번, 클라이언트는 ${client}번을 얻었습니다. 서버의 주소는 bind() 전에 ${unbound}, 뒤에 ${bound}입니다. 클라이언트는 bind()를 부르지 않았지만 connect() 전에 ${clientBefore}, 뒤에 ${clientAfter}입니다. 서버가 accept(${listener})로 얻은 것은 ${accepted}번입니다.`,
  }),
  bearsOut: ({ unbound, bound, clientBefore, clientAfter, accepted, listener }) =>
    unbound === '0.0.0.0:0' &&
    clientBefore === '0.0.0.0:0' &&
    hasPort(bound) &&
    hasPort(clientAfter) &&
    accepted !== listener,
});

const hasPort = (address: unknown): boolean => /^127\.0\.0\.1:[1-9]\d*$/.test(String(address));

/** recv(2): ENOTCONN, "has not been connected". */
export const receiveOnListener: Experiment = experiment({
  title: {
    en: 'A client is connected and has sent “hello”. The server calls recv() on the listening socket, then on the one that accept() returned.',
    ko: '클라이언트가 연결해 “hello”를 보냈습니다. 서버가 recv()를 먼저 리스닝 소켓에, 다음에는 accept()가 돌려준 소켓에 부릅니다.',
  },
  run: (run) => callsOf(run, 'listener'),
  says: ({ listener, accepted, onListener, onAccepted }) => ({
    en: `recv(${listener}), the listening socket: ${onListener}. recv(${accepted}), the connection: “${onAccepted}”.`,
    ko: `recv(${listener}), 리스닝 소켓: ${onListener}. recv(${accepted}), 연결 소켓: “${onAccepted}”.`,
  }),
  bearsOut: ({ onListener, onAccepted }) => onListener === 'ENOTCONN' && onAccepted === 'hello',
});

/** listen(2): EOPNOTSUPP, "the socket is not of a type that supports the listen() operation". */
export const listenByUdp: Experiment = experiment({
  title: {
    en: 'A UDP socket is bound, and listen() is called on it; then a datagram comes without one.',
    ko: 'UDP 소켓에 주소를 붙이고 listen()을 부릅니다. 그다음 데이터그램을 받습니다.',
  },
  run: (run) => callsOf(run, 'udp'),
  says: ({ listen, received }) => ({
    en: `listen() on UDP: ${listen}. “${received}” came all the same: a datagram needs no connection.`,
    ko: `UDP 소켓에 부른 listen()의 결과는 ${listen}입니다. 그래도 “${received}”는 왔습니다. 데이터그램에는 연결이 필요 없습니다.`,
  }),
  bearsOut: ({ listen, received }) => listen === 'EOPNOTSUPP' && received === 'hello',
});

/** socketpair(2). */
export const pair: Experiment = experiment({
  title: {
    en: 'One call makes two sockets that are connected: within one process, without an address, without a network.',
    ko: '호출 하나로 서로 연결된 소켓 둘을 만듭니다. 한 프로세스 안에서, 주소도 네트워크도 없이 만듭니다.',
  },
  run: (run) => callsOf(run, 'pair'),
  says: ({ one, other, received, address }) => ({
    en: `socketpair() gave ${one} and ${other}, two integers. “${received}” went in by ${one} and came out of ${other}; their address is ${address === '' ? 'empty' : address}.`,
    ko: `socketpair()는 정수 둘, ${one}번과 ${other}번을 돌려주었습니다. ${one}번에 쓴 “${received}”가 ${other}번에서 나왔고, 주소는 ${address === '' ? '비어 있습니다' : `${address}입니다`}.`,
  }),
  bearsOut: ({ one, other, received }) => one !== other && received === 'hello',
});

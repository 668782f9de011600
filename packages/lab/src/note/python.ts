/** Runs the calls in Python, or takes the recording. The program writes one JSON: the steps, and the figures. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Figures, Run, Step } from './experiment.ts';
import { recorded, recordings } from './recordings.ts';

export type Part = 'calls' | 'listener' | 'udp' | 'pair';

/** What Python wrote. */
interface Written {
  readonly steps: readonly Step[];
  readonly figures: Figures;
}

/** Each function below is one experiment. */
const PROGRAM = `
import errno, json, os, socket, sys
steps = []

def step(who, call, data=None):
    steps.append({'who': who, 'call': call, **({'bytes': data.hex()} if data is not None else {})})

def name(s):
    return '%s:%d' % s.getsockname()

def attempt(who, call, action):
    try:
        result = action()
    except OSError as error:
        # On Linux ENOTSUP is the same number.
        result = 'EOPNOTSUPP' if error.errno == errno.EOPNOTSUPP else errno.errorcode[error.errno]
        step(who, call + ' = -1 ' + result)
        return result
    step(who, call + ' = %d' % len(result) if isinstance(result, bytes) else call + ' = 0', result if isinstance(result, bytes) else None)
    return result.decode() if isinstance(result, bytes) else ''

def make(who, kind, kind_name):
    s = socket.socket(socket.AF_INET, kind)
    step(who, 'socket(AF_INET, %s) = %d' % (kind_name, s.fileno()))
    return s

def named(who, s):
    step(who, 'getsockname(%d) = %s' % (s.fileno(), name(s)))
    return name(s)

def listening():
    s = make('listener', socket.SOCK_STREAM, 'SOCK_STREAM')
    before = named('listener', s)
    s.bind(('127.0.0.1', 0))
    step('listener', 'bind(%d, 127.0.0.1:0) = 0' % s.fileno())
    after = named('listener', s)
    s.listen(8)
    step('listener', 'listen(%d, 8) = 0' % s.fileno())
    return s, before, after

def connected(s):
    c = make('client', socket.SOCK_STREAM, 'SOCK_STREAM')
    before = named('client', c)
    c.connect(s.getsockname())
    step('client', 'connect(%d, %s) = 0' % (c.fileno(), name(s)))
    return c, before, named('client', c)

def accept(s):
    a, remote = s.accept()
    step('server', 'accept(%d) = %d, from %s:%d' % (s.fileno(), a.fileno(), *remote))
    return a

def write(who, s, data):
    step(who, 'write(%d) = %d' % (s.fileno(), os.write(s.fileno(), data)), data)

def read(who, s):
    data = os.read(s.fileno(), 100)
    step(who, 'read(%d) = %d' % (s.fileno(), len(data)), data)
    return data.decode()

def calls():
    s, unbound, bound = listening()
    c, before, after = connected(s)
    a = accept(s)
    write('client', c, b'hello')
    read('server', a)
    figures = dict(server=s.fileno(), client=c.fileno(), unbound=unbound, bound=bound, clientBefore=before,
                   clientAfter=after, accepted=a.fileno(), listener=s.fileno())
    for who, x in (('client', c), ('server', a), ('listener', s)):
        step(who, 'close(%d) = 0' % x.fileno())
        x.close()
    return figures

def listener():
    s, _, _ = listening()
    c, _, _ = connected(s)
    write('client', c, b'hello')
    refused = attempt('listener', 'recv(%d)' % s.fileno(), lambda: s.recv(100))
    a = accept(s)
    return dict(listener=s.fileno(), accepted=a.fileno(), onListener=refused, onAccepted=read('server', a))

def udp():
    s = make('receiver', socket.SOCK_DGRAM, 'SOCK_DGRAM')
    s.bind(('127.0.0.1', 0))
    step('receiver', 'bind(%d) = 0' % s.fileno())
    refused = attempt('receiver', 'listen(%d, 8)' % s.fileno(), lambda: s.listen(8))
    c = make('sender', socket.SOCK_DGRAM, 'SOCK_DGRAM')
    sent = c.sendto(b'hello', s.getsockname())
    step('sender', 'sendto(%d, %s) = %d' % (c.fileno(), name(s), sent), b'hello')
    data, _ = s.recvfrom(100)
    step('receiver', 'recvfrom(%d) = %d' % (s.fileno(), len(data)), data)
    return dict(listen=refused, received=data.decode())

def pair():
    a, b = socket.socketpair()
    step('client', 'socketpair(AF_UNIX, SOCK_STREAM) = [%d, %d]' % (a.fileno(), b.fileno()))
    write('client', a, b'hello')
    received = read('client', b)
    return dict(one=a.fileno(), other=b.fileno(), received=received, address=str(a.getsockname()))

figures = globals()[sys.argv[1]]()
print(json.dumps({'steps': steps, 'figures': figures}))
`;

const execute = promisify(execFile);

/** @param python the name of the program; for tests, one that is not there, or is another */
export async function callsOf(run: Run, part: Part, python: string = 'python3'): Promise<Figures> {
  let written: Written;
  try {
    written = JSON.parse(await runPython(part, python)); // something else may have its name
  } catch {
    written = JSON.parse(recordings[part]);
    run.recorded = { ...recorded, command: `${recorded.command} ${part}` };
  }
  const { steps, figures } = written;
  run.steps.push(...steps);
  return figures;
}

/**
 * -I and -S: nothing of the user's is loaded, and it starts sooner.
 * @param timeout milliseconds
 * @throws if there is no python3, if the calls fail, or if they take longer
 */
export async function runPython(
  part: Part,
  python: string = 'python3',
  timeout: number = 5000,
): Promise<string> {
  const { stdout } = await execute(python, ['-I', '-S', '-c', PROGRAM, part], { timeout });
  return stdout;
}

/**
 * ws-mini's client as a subject of a fuzzing server, as WebSocket test suites have them: the server counts its cases, runs
 * each one on a connection on which the client only echoes, and keeps the verdicts to itself. A case that ends in an
 * error is a case like any other: what to make of it is for the server to say.
 */
import { WebSocket } from 'ws-mini';

/**
 * Runs all cases, one after the other.
 * @param url of the fuzzing server, without path
 * @param agent the name that the report gives to this client
 * @param onCase told after each case
 * @returns how many cases there were
 * @throws Error where the server cannot be reached, or does not count its cases
 */
export async function runFuzzingClient(
  url: string,
  agent: string,
  onCase: (done: number, count: number) => void = () => {},
): Promise<number> {
  const base = url.replace(/\/+$/, '');
  const name = encodeURIComponent(agent);
  const count = await caseCount(`${base}/getCaseCount`);
  for (let i = 1; i <= count; i++) {
    await echoUntilClosed(`${base}/runCase?case=${i}&agent=${name}`);
    onCase(i, count);
  }
  await echoUntilClosed(`${base}/updateReports?agent=${name}`);
  return count;
}

function caseCount(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    let answer: unknown;
    socket.onmessage = ({ data }) => {
      answer = data;
      socket.close();
    };
    socket.onclose = ({ code }) => {
      if (typeof answer === 'string' && /^\d+$/.test(answer)) resolve(Number(answer));
      else if (answer !== undefined)
        reject(new Error(`${url}: ${JSON.stringify(answer)} is no number of cases`));
      else reject(new Error(`${url}: no answer, closed with ${code}: is a fuzzing server running there?`));
    };
  });
}

function echoUntilClosed(url: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, [], { perMessageDeflate: true }); // which a suite wants to see
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = () => resolve();
  });
}

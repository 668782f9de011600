/**
 * undici's WebSocket, through a dispatcher of undici's own. Left to itself it takes the one of the process, which belongs to
 * whichever undici came first: from Node 22 on that is Node's, of another version, which comes with the first CloseEvent
 * or MessageEvent that is asked for, as by ws-mini, or with an import of node:http. A fault would be found, or not, that is
 * not of the undici that is named: "have each fault that is listed" (websocket-probes.test.ts) fails without.
 */
import { Agent, WebSocket } from 'undici';

/**
 * With no connection but its own: where handshakes with one port are refused in quick succession, a shared pool opens one
 * too many, and a later handshake may come by it. differential-opening.test.ts (refused at once again and again) fails without.
 */
export function undiciWebSocketTo(url: string, protocols: readonly string[] = []): WebSocket {
  return new WebSocket(url, { protocols: [...protocols], dispatcher: new Agent() });
}

// The chat itself, the same for one process and for several: all hear what a person says, the speaker too, and that is
// how the speaker knows that it was taken. How a line reaches everybody is not its business.

import type { WebSocketServer } from 'ws-mini';

export function chat(server: WebSocketServer, tellAll: (line: string) => void): void {
  server.on('connection', (socket, request) => {
    const name = new URLSearchParams(request.target.split('?')[1]).get('name') ?? 'somebody';
    tellAll(`${name} comes in`);
    socket.on('message', (message) => tellAll(`${name}: ${message}`));
    socket.on('close', () => tellAll(`${name} leaves`));
  });
}

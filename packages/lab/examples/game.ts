// A game for two: the server has the ball and the clock. Thirty times a second it moves on and tells all; a player only says
// where its paddle is to be, from 0 to 1. The first two play, everybody else watches.
//   npx tsx --conditions=@minis/source packages/lab/examples/alone.ts game
import type { Connection, WebSocketServer } from 'ws-mini';
import { whileWatched } from './ticker.ts';

/** Milliseconds between two ticks. */
const TICK = 33;
/** The field is 1 by 1. */
const PADDLE = 0.2;

export function game(server: WebSocketServer): void {
  const seats: (Connection | undefined)[] = [undefined, undefined];
  const paddles = [0.5, 0.5];
  const score = [0, 0];
  const ball = { x: 0.5, y: 0.5, dx: 0.012, dy: 0.007 };

  server.on('connection', (socket) => {
    const seat = seats.indexOf(undefined);
    if (seat >= 0) seats[seat] = socket;
    void socket.send(JSON.stringify({ seat }));
    socket.on('message', (message) => {
      const wanted = Number(message);
      if (seat >= 0 && wanted >= 0 && wanted <= 1) paddles[seat] = wanted;
    });
    socket.on('close', () => {
      if (seat >= 0) seats[seat] = undefined;
    });
  });

  whileWatched(server, TICK, () => {
    if (!seats.includes(undefined)) move();
    server.broadcast(
      JSON.stringify({ ball: [round(ball.x), round(ball.y)], paddles: paddles.map(round), score }),
    );
  });

  function move(): void {
    ball.x += ball.dx;
    ball.y += ball.dy;
    if (ball.y < 0 || ball.y > 1) ball.dy = -ball.dy;
    if (ball.x > 0 && ball.x < 1) return;
    const side = ball.x <= 0 ? 0 : 1;
    ball.dx = -ball.dx;
    if (Math.abs(ball.y - paddles[side]!) < PADDLE / 2) return;
    score[1 - side]!++;
    Object.assign(ball, { x: 0.5, y: 0.5 });
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/**
 * Law 9 without sockets: two Protocols and the bytes on their way, against a model that knows nothing of bytes. It has one
 * rule (RFC 6455 7.1.5): whoever has a Close in knows the code of the first one.
 */

import { FrameDecoder, Opcode, Protocol, type ProtocolOptions } from 'ws-mini/wire';
import { anyPeacefulCloseScript, type CloseScript, type Side } from '../arbitraries/close-script.ts';
import { expectSame } from './expect.ts';
import { type Property, pureProperty } from './property.ts';
import { protocolMachine } from './websocket-machines.ts';

const SIDES = ['client', 'server'] as const;
const other = (side: Side): Side => (side === 'client' ? 'server' : 'client');

class End {
  readonly protocol: Protocol;
  /** The code of the Close that it has sent, by the model: its own, or the other's that it answered. */
  sent: number | undefined;
  /** All that it ever wrote. */
  written: Uint8Array = new Uint8Array(0);
  /** How much of that has come to the other side. */
  carried = 0;
  readonly events: string[] = [];
  readonly #sizes: number[];

  constructor(protocol: Protocol, sizes: readonly number[]) {
    this.protocol = protocol;
    this.#sizes = [...sizes];
  }

  write(): void {
    this.written = Buffer.concat([this.written, ...this.protocol.takeOutput()]);
  }

  /** The next piece of what is on its way, or all of it where no size is left. */
  carryTo(to: End, size = this.#sizes.shift() ?? Infinity): void {
    to.protocol.receive(Uint8Array.from(this.written.subarray(this.carried, this.carried + size)));
    this.carried = Math.min(this.written.length, this.carried + size);
    for (let event = to.protocol.next(); event !== undefined; event = to.protocol.next()) {
      to.events.push(event.type);
      // A Close that comes in is answered with its own code, unless there was one before.
      if (event.type === 'close') to.sent ??= this.sent;
    }
    to.write();
  }

  /** The codes of all Close frames, behind which nothing may stand (5.5.1). */
  closeCodes(): number[] {
    const decoder = new FrameDecoder().receive(Uint8Array.from(this.written));
    const codes: number[] = [];
    for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) {
      expectSame('Close frames before the last frame', codes, []);
      const { bytes, start, header } = piece;
      if (header.opcode === Opcode.close) codes.push((bytes[start]! << 8) | bytes[start + 1]!);
    }
    return codes;
  }
}

type Create = (options: ProtocolOptions) => Protocol;

function run({ steps, up, down }: CloseScript, create: Create): void {
  const maskKey = (): number => 0x37fa213d;
  const ends = {
    client: new End(create({ role: 'client', maskKey }), up),
    server: new End(create({ role: 'server' }), down),
  };
  for (const step of steps) {
    if (step.do === 'wait') {
      for (let i = 0; i < step.turns; i++) for (const side of SIDES) ends[side].carryTo(ends[other(side)]);
    } else {
      const end = ends[step.side];
      const { protocol } = end;
      if (step.do === 'close') {
        protocol.close(step.code);
        end.sent ??= step.code;
      } else if (protocol.state === 'open' && step.do === 'send') protocol.sendText('text');
      else if (protocol.state === 'open') protocol.ping(new Uint8Array(0));
      end.write();
    }
    for (const side of SIDES)
      expectSame(
        `that the ${side} is open`,
        ends[side].protocol.state === 'open',
        ends[side].sent === undefined,
      );
  }
  for (let i = 0; i < 3; i++) for (const side of SIDES) ends[side].carryTo(ends[other(side)], Infinity);
  for (const side of SIDES) expectEnd(ends[side], ends[other(side)]);
}

function expectEnd(end: End, { sent: theirs }: End): void {
  const { protocol, events, sent } = end;
  const isClosed = sent !== undefined;
  expectSame('Close frames', end.closeCodes(), isClosed ? [sent] : []);
  expectSame('state', protocol.state, isClosed ? 'closed' : 'open');
  expectSame('code', protocol.closeCode, theirs ?? 1006);
  expectSame('closes that came in', events.filter((type) => type === 'close').length, isClosed ? 1 : 0);
  expectSame('failures', events.includes('failed'), false);
}

export function protocolsAgree(create: Create = (options) => new Protocol(options)): Property {
  return pureProperty(
    9,
    'both sides end, and agree on it',
    protocolMachine.name,
    anyPeacefulCloseScript,
    (script) => run(script, create),
  );
}

/** Who is asked which law alone, without a peer: the wire without sockets, and each end by a raw socket. */
import { protocolsAgree } from './closing-alone.ts';
import { endProperties as ends } from './ends.ts';
import {
  connectionExplainer,
  fieldsArePartition,
  httpExplainer,
  partsArePartition,
  webSocketExplainer,
} from './explain.ts';
import { delimitedComeBack, delimiterMachine, lengthMachine, prefixedComeBack } from './framing-machines.ts';
import { serversConnectionEnds } from './http-connection-alone.ts';
import { clientsConnection, serversConnection } from './http-connection-machines.ts';
import { conversationsAreHeard, conversationsEnd } from './http-connection-pair.ts';
import { requestMachine, requestsComeBack, responseMachine, responsesComeBack } from './http-machines.ts';
import {
  cutRequestsAnswered,
  garbageIsAnswered,
  goingAwayLeavesNothing,
  serverComesToAnEnd,
} from './http-server.ts';
import { anyCutIsTheSame, costIsLinear, garbageEnds, type Machine } from './machine.ts';
import { openingMachine, openingsComeBack } from './opening.ts';
import type { Property } from './property.ts';
import { commandsAreSeen, frameMachine, framesComeBack, protocolMachine } from './websocket-machines.ts';

/** Those that every machine is asked. */
function shared<Options>(machine: Machine<Options>): Property[] {
  const both = [anyCutIsTheSame(machine), garbageEnds(machine)];
  return machine.longStreams === undefined ? both : [...both, costIsLinear(machine)];
}

const byLaw = (left: Property, right: Property): number => left.law - right.law;

export const wireProperties: readonly Property[] = [
  ...[...shared(requestMachine), requestsComeBack()],
  ...[...shared(responseMachine), responsesComeBack(), serversConnectionEnds()],
  ...[...shared(serversConnection), ...shared(clientsConnection)],
  ...[conversationsAreHeard(), conversationsEnd()],
  ...[...shared(httpExplainer), fieldsArePartition(httpExplainer)],
  ...[...shared(frameMachine), framesComeBack()],
  ...[...shared(protocolMachine), commandsAreSeen(), protocolsAgree()],
  ...[...shared(openingMachine), openingsComeBack()],
  ...[...shared(webSocketExplainer), fieldsArePartition(webSocketExplainer)],
  ...[...shared(connectionExplainer), partsArePartition()],
  ...[...shared(delimiterMachine), delimitedComeBack()],
  ...[...shared(lengthMachine), prefixedComeBack()],
].sort(byLaw);

export const endProperties: readonly Property[] = [
  ...[cutRequestsAnswered(), garbageIsAnswered(), goingAwayLeavesNothing(), serverComesToAnEnd()],
  ...ends,
].sort(byLaw);

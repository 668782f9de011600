/**
 * What an experiment may want of this package: the probes and what runs and reports them, the requirements, and the
 * properties with the arbitraries that they are made of.
 */
export {
  anyCloseScript,
  anyPeacefulCloseScript,
  type CloseScript,
  type CloseStep,
} from './arbitraries/close-script.ts';
export { anyContent, anyText } from './arbitraries/content.ts';
export { cutShort, withFaults } from './arbitraries/faults.ts';
export { anyExchanges, type ExchangePlan, type RequestPlan, type ResponsePlan } from './arbitraries/http.ts';
export {
  anyNoise,
  anyRequest,
  anyRequestBytes,
  anyRequestHead,
  anyResponse,
  anyResponseBytes,
  requestText,
  responseText,
  type WireRequest,
  type WireResponse,
} from './arbitraries/http-messages.ts';
export { anyPieces, cut, type Pieces } from './arbitraries/pieces.ts';
export { anyFrames, anyGoodbye, anyMessages, type FramePlan } from './arbitraries/websocket.ts';
export { anyStream as anyFaultyFrames } from './differential/websocket/frames.ts';
export { builtIns, httpServerProbes, probesOf, tcpServerProbes, websocketServerProbes } from './families.ts';
export { patternOf } from './pattern.ts';
export { type CuttingProxy, startCuttingProxy } from './peers/cutting-proxy.ts';
export type { Family, Finding, Passage, Probe, Result } from './probes/probe.ts';
export { type RunOptions, runProbes, type Standing, standingOf } from './probes/run.ts';
export { CONTRACTS, type Contract, contractOf } from './probes/tcp-server/contract.ts';
export type { ServerAddress } from './probes/wire-line.ts';
export { type Group, groups } from './properties/index.ts';
export { anyCutIsTheSame, costIsLinear, errorLine, garbageEnds, type Machine } from './properties/machine.ts';
export {
  LAWS,
  type Law,
  type Outcome,
  type Property,
  property,
  pureProperty,
} from './properties/property.ts';
export { formatHtml } from './report/html.ts';
export { formatJson } from './report/json.ts';
export { formatJunit } from './report/junit.ts';
export { formatBroken, formatMatrix, formatSummary } from './report/terminal.ts';
export { requirements } from './requirements/index.ts';
export type { Requirement } from './requirements/requirement.ts';

/**
 * What an experiment may want of this package: the properties, and the arbitraries that they are made of.
 */
export { anyContent, anyText } from './arbitraries/content.ts';
export { anyExchanges, type ExchangePlan, type RequestPlan, type ResponsePlan } from './arbitraries/http.ts';
export { anyPieces, cut, type Pieces } from './arbitraries/pieces.ts';
export { anyFrames, anyGoodbye, anyMessages, type FramePlan } from './arbitraries/websocket.ts';
export { type CuttingProxy, startCuttingProxy } from './peers/cutting-proxy.ts';
export { type Group, groups } from './properties/index.ts';
export { type Outcome, type Property, property } from './properties/property.ts';

/**
 * Which peer an HttpError blames. A server tells its client what that did wrong, with the error's status and message. But its
 * handler may ask other servers, and their faults are HttpErrors too. So the client notes its errors here: then no caller is
 * blamed for another server, or reads in a message what stands behind this one.
 */
import { isHttpError } from '../wire/errors.ts';

const OF_SERVERS = new WeakSet<object>();

/** Notes that what was thrown is about a server that a client asked. Returns it, so that it can be thrown on. */
export function aboutServer<Thrown>(thrown: Thrown): Thrown {
  if (isHttpError(thrown)) OF_SERVERS.add(thrown);
  return thrown;
}

export function isAboutServer(error: object): boolean {
  return OF_SERVERS.has(error);
}

/** What is wrong with something that a person typed, pasted or followed: in both languages, and where. */
import type { Text } from '../text.ts';

export interface Fault {
  /** One for each kind of mistake, in kebab-case. */
  readonly code: string;
  readonly says: Text;
  /** The offending character, from 0, if it is one. */
  readonly at?: number | undefined;
}

/** Thrown within a reader, and returned by it. */
export class FaultFound extends Error {
  override readonly name = 'FaultFound';
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(`${fault.code}: ${fault.says.en}`);
    this.fault = fault;
  }
}

/** What `read` gives, or the fault that it threw. */
export function orFault<Value>(read: () => Value): Value | { readonly fault: Fault } {
  try {
    return read();
  } catch (error) {
    if (error instanceof FaultFound) return { fault: error.fault };
    throw error;
  }
}

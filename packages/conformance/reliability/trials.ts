/** All trials, in the order in which they are run and told. A new one is a line here. */

import { fuzz } from './fuzz/index.ts';
import { injection } from './injection/index.ts';
import { links } from './links/index.ts';
import type { Trial } from './trial.ts';

export const trials: readonly Trial[] = [fuzz, links, injection];

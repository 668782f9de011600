/** All trials, in the order in which they are run and told. A new one is a line here. */

import { links } from './links/index.ts';
import type { Trial } from './trial.ts';

export const trials: readonly Trial[] = [links];

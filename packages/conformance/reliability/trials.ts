/** All trials, in the order in which they are run and told. A new one is a line here. */

import { attacks } from './attacks/index.ts';
import { differential } from './differential/index.ts';
import { faults } from './faults/index.ts';
import { fuzz } from './fuzz/index.ts';
import { injection } from './injection/index.ts';
import { links } from './links/index.ts';
import { resources } from './resources/index.ts';
import { soak } from './soak/index.ts';
import type { Trial } from './trial.ts';

export const trials: readonly Trial[] = [
  fuzz,
  differential,
  faults,
  links,
  attacks,
  injection,
  soak,
  resources,
];

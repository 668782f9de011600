/** All that is asked of both roles once the connection is open. */
import { closing } from './closing.ts';
import { control } from './control.ts';
import { deflateRows } from './deflate.ts';
import { fragmentation } from './fragmentation.ts';
import type { FrameRow } from './frame-probe.ts';
import { framing } from './framing.ts';
import { utf8 } from './utf8.ts';
import { windows } from './windows.ts';

export const frameRows: readonly FrameRow[] = [
  ...framing,
  ...fragmentation,
  ...control,
  ...utf8,
  ...closing,
  ...deflateRows,
  ...windows,
];

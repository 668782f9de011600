/** What an experiment says if this system lacks what it takes. */
import { NotHere } from '../experiment.ts';

export const noProc = (): NotHere =>
  new NotHere({
    en: 'This experiment reads descriptors from /proc, which only Linux has; here there is none.',
    ko: '이 실험은 /proc에서 파일 디스크립터를 읽습니다. /proc은 Linux에만 있고, 이 시스템에는 없습니다.',
  });

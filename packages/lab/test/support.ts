// What the tests share: a lab on free ports with few, quick updates, which is gone when the test is over.
import { onTestFinished } from 'vitest';
import { Lab, type LabOptions } from '../src/lab.ts';

const quick: LabOptions = {
  host: '127.0.0.1',
  port: 0,
  echoPort: 0,
  tickerPort: 0,
  interval: 10,
};

export async function startLab(options: Partial<LabOptions> = {}): Promise<Lab> {
  const lab = await Lab.start({ ...quick, ...options });
  onTestFinished(() => lab.destroy());
  return lab;
}

export function portOf(origin: string): number {
  return Number(new URL(origin).port);
}

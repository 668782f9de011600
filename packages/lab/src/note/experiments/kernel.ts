/** The sockets of an experiment, as the kernel tells them; or what is said if this system does not. */
import { formatEndpoint } from 'tcp-echo';
import { type SystemSocket, showsSockets, systemSockets } from '../../sockets.ts';
import { NotHere, type Run } from '../experiment.ts';

/** @throws NotHere if there is no /proc */
export function requireProc(): void {
  if (showsSockets) return;
  throw new NotHere({
    en: 'This experiment reads descriptors from /proc, which only Linux has; this system has none.',
    ko: '이 실험은 /proc에서 파일 디스크립터를 읽습니다. /proc은 Linux에만 있고, 이 시스템에는 없습니다.',
  });
}

/** The TCP sockets with this port at either end that a process holds. @throws NotHere */
export function socketsAt(port: number, pid: number | 'self' = 'self'): SystemSocket[] {
  requireProc();
  return systemSockets('tcp', pid).filter(
    ({ descriptor, local, remote }) =>
      descriptor !== undefined && (local.port === port || remote.port === port),
  );
}

export function noteSockets(run: Run, sockets: readonly SystemSocket[]): void {
  for (const socket of sockets) run.step('kernel', shown(socket));
}

/** As /proc/PID/fd and /proc/net/tcp have it. */
export function shown({ descriptor, inode, state, local, remote }: SystemSocket): string {
  const addresses =
    remote.port === 0 ? formatEndpoint(local) : `${formatEndpoint(local)} – ${formatEndpoint(remote)}`;
  return `fd ${descriptor} → socket:[${inode}] ${state} ${addresses}`;
}

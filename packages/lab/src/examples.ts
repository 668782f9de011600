/** Lines to try the servers from a terminal, on any system: `nc` and `curl` are not everywhere. */
import type { Services } from './part.ts';
import type { Language } from './text.ts';

export interface Example {
  readonly name: string;
  readonly example: string;
}

export function examples(services: Services, language: Language): readonly Example[] {
  const { echoAddress: echo, tickerAddress: ticker, origin } = services;
  const hello = language === 'ko' ? '안녕' : 'hello';
  const watch = `require('net').connect(${ticker.port}, '${ticker.host}').pipe(process.stdout)`;
  return [
    {
      name: language === 'ko' ? 'TCP 에코' : 'TCP echo',
      example: `npx minis echo ${hostOption(echo.host)}--port ${echo.port} ${hello}`,
    },
    { name: language === 'ko' ? 'TCP 시세' : 'TCP ticker', example: `node -e "${watch}"` },
    { name: 'HTTP', example: `npx minis get ${origin}/ways/latest` },
    { name: 'WebSocket', example: `npx minis ws ${origin.replace('http', 'ws')}/ways/ticker` },
  ];
}

/** The address that `minis echo` takes without being told goes without saying. */
function hostOption(host: string): string {
  return host === '127.0.0.1' ? '' : `--host ${host} `;
}

/** HTTP and WebSocket servers that others have written: how each is started, with what it has by itself. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { httpMini } from '../subjects/http-mini.ts';
import { type ServerProgram, startProcess, toldBy } from './program.ts';

const require = createRequire(import.meta.url);

/** The file of a program in `processes/`, which takes its port as its argument. */
function fileOf(name: string): string {
  return join(import.meta.dirname, 'processes', name);
}

/** A program of Node: what it is asked is answered with what was sent, or `OK`. */
function ofNode(name: string, module: string): ServerProgram {
  return {
    name,
    family: 'http-server',
    setUp: 'answers / with what it is sent',
    version: () => versionOf(module),
    start: () =>
      startProcess(({ port }) => ({ command: [process.execPath, fileOf(`${module}.js`), `${port}`] })),
  };
}

/** Out of its package.json, which not every package lets be required. */
function versionOf(module: string): string | undefined {
  try {
    const [folder] = new RegExp(`^.*[\\\\/]node_modules[\\\\/]${module}[\\\\/]`).exec(
      require.resolve(module),
    )!;
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

/** With the defaults that Debian and the project ship, but for the paths that it writes to. */
const NGINX = (port: number, folder: string, location: string): string => `
daemon off; pid ${folder}/pid; error_log /dev/null; worker_processes 1;
events { worker_connections 512; }
http {
  access_log off; default_type text/plain;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server { listen 127.0.0.1:${port}; server_name localhost; ${location} }
}`;

const nginxVersion = (): string | undefined => toldBy('nginx', ['-v'], /nginx\/(\S+)/);

const nginx: ServerProgram = {
  name: 'nginx',
  family: 'http-server',
  setUp: 'a folder with one file',
  version: nginxVersion,
  start: () =>
    startProcess(({ port, folder }) => ({
      files: {
        'nginx.conf': NGINX(port, folder, `root ${folder};`),
        'index.html': '<!doctype html><title>OK</title>',
      },
      command: ['nginx', '-p', folder, '-c', `${folder}/nginx.conf`],
    })),
};

/** In front of http-mini, which echoes; a path that a proxy lets through and should not shows as well. */
function proxy(
  name: string,
  version: ServerProgram['version'],
  write: (at: {
    port: number;
    folder: string;
    behind: number;
  }) => ReturnType<Parameters<typeof startProcess>[0]>,
): ServerProgram {
  return {
    name,
    family: 'http-server',
    setUp: 'a reverse proxy in front of http-mini, which echoes',
    version,
    async start() {
      const behind = await httpMini.start({ host: '127.0.0.1', port: 0 });
      const front = await startProcess((at) => write({ ...at, behind: behind.port }));
      return {
        peer: front.peer,
        async close() {
          await front.close();
          await behind.close();
        },
      };
    },
  };
}

const nginxProxy = proxy('nginx as a proxy', nginxVersion, ({ port, folder, behind }) => ({
  files: {
    'nginx.conf': NGINX(
      port,
      folder,
      `location / { proxy_pass http://127.0.0.1:${behind}; proxy_http_version 1.1; proxy_set_header Host $host; }`,
    ),
  },
  command: ['nginx', '-p', folder, '-c', `${folder}/nginx.conf`],
}));

const haproxy = proxy(
  'HAProxy',
  () => toldBy('haproxy', ['-v'], /version (\d[\d.]*)/),
  ({ port, folder, behind }) => ({
    files: {
      'haproxy.cfg': `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  server one 127.0.0.1:${behind}
`,
    },
    command: ['haproxy', '-db', '-f', `${folder}/haproxy.cfg`],
  }),
);

/** The first Python that has what is asked for: a version manager's may hide the system's. */
function pythonWith(module: string): { readonly program: string; readonly version: string } | undefined {
  for (const program of ['python3', '/usr/bin/python3']) {
    // What comes with Python has its version.
    const of = module.startsWith('http.') ? 'sys.version.split()[0]' : `${module}.__version__`;
    const ask = `import sys, ${module}; print('is', ${of})`;
    const version = toldBy(program, ['-c', ask], /^is (\S+)/m);
    if (version !== undefined) return { program, version };
  }
  return undefined;
}

/** @param module what it needs, and whose version is told */
function ofPython(
  module: string,
  file: string,
  about: Pick<ServerProgram, 'name' | 'family' | 'setUp'>,
): ServerProgram {
  return {
    ...about,
    version: () => pythonWith(module)?.version,
    start: () =>
      startProcess(({ port }) => ({ command: [pythonWith(module)!.program, fileOf(file), `${port}`] })),
  };
}

export const serverPrograms: readonly ServerProgram[] = [
  nginx,
  nginxProxy,
  haproxy,
  ofPython('http.server', 'http_server.py', {
    name: "Python's http.server",
    family: 'http-server',
    setUp: 'a handler that echoes by Content-Length, as its documentation has it',
  }),
  ofNode('Express', 'express'),
  ofNode('Fastify', 'fastify'),
  ofNode('Hono on Node', 'hono'),
  ofPython('websockets', 'websockets_echo.py', {
    name: 'websockets (Python)',
    family: 'websocket-server',
    setUp: 'echoes each message',
  }),
];

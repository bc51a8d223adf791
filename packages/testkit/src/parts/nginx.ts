import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Part, PartProcess } from './part.ts';
import type { StartedProcess } from './process.ts';
import { LOCAL_PARTS, type PartRunner } from './runner.ts';

const TEMPLATE = fileURLToPath(new URL('../../../../nginx/tapecast.conf.template', import.meta.url));
const READY_DEADLINE_MS = 10_000;
/** Of one machine's edge: 9,000 WebSockets a worker, within the usual 20,000 open files; some 8 MiB a worker. */
const WORKER_CONNECTIONS = 18_000;
const WORKERS = 2;
/** Connections that wait to be accepted, as many as Linux allows without being told; past it their kernels try again after 1 s. */
const BACKLOG = 4_096;
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

export interface NginxOptions {
  /** Configuration, temporary files and pid; made when absent. */
  dir: string;
  port: number;
  /** `host:port` of each gateway. */
  gateways: readonly string[];
  /** The built page, served at `/`. Without it `/` is 404. */
  staticDir?: string | undefined;
  /** Default `<dir>/nginx.log`. */
  log?: string | undefined;
  /** Default: the nginx that is installed here. */
  parts?: PartRunner | undefined;
  /** Serves https and wss with these PEM files instead of http and ws. */
  tls?: NginxTls | undefined;
  /** Who issues tokens; without it there are none to be had at the edge. */
  auth?: NginxAuth | undefined;
}

export interface NginxAuth {
  /** `host:port` of each process. */
  servers: readonly string[];
  /** `host:port` at which they are had without TLS by what is on this machine: gateways and the command line. */
  listen?: string | undefined;
}

export interface NginxTls {
  certificate: string;
  key: string;
  /**
   * Tells browsers to come with https only, for a year. They keep it for every port of the name: never for localhost,
   * where other programs serve http.
   */
  hsts?: boolean;
}

export interface Nginx extends Part {
  /**
   * Reads certificate and configuration anew. New connections meet new workers; those that are open stay with the old
   * ones until they end by themselves. Files that can't be used change nothing, and the log says why.
   */
  reload(): void;
}

/** nginx, listening on 127.0.0.1 only. Resolves when it accepts connections. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const dir = resolve(options.dir);
  const parts = options.parts ?? LOCAL_PARTS;
  const program = await parts.program('nginx');
  mkdirSync(dir, { recursive: true });
  const configuration = join(dir, 'nginx.conf');
  writeFileSync(configuration, nginxConfiguration({ ...options, dir }));
  const log = resolve(options.log ?? join(dir, 'nginx.log'));
  const pidFile = join(dir, 'nginx.pid');
  const start = async (): Promise<StartedProcess> => {
    // That of an nginx that was killed.
    rmSync(pidFile, { force: true });
    const started = await parts.start({
      part: 'nginx',
      name: 'nginx',
      command: program,
      args: ['-p', dir, '-c', configuration, '-e', 'stderr'],
      log,
      cwd: dir,
      folders: foldersRead(options),
    });
    await readyOrStopped(started, options.port, pidFile);
    return started;
  };
  let current = await start();
  const address = `127.0.0.1:${options.port}`;
  return {
    role: 'nginx',
    get processes(): readonly PartProcess[] {
      return [{ role: 'nginx', index: 0, pid: current.pid, address, log, exited: current.exited }];
    },
    stop: () => current.stop(),
    kill: (_index, signal = 'SIGKILL') => current.kill(signal),
    restart: async () => {
      await current.stop(0);
      current = await start();
    },
    reload: () => current.kill('SIGHUP'),
  };
}

/** An open port may be another program's: nginx writes its pid once it has the port itself. */
async function readyOrStopped(started: StartedProcess, port: number, pidFile: string): Promise<void> {
  const until = (): boolean => existsSync(pidFile) && statSync(pidFile).size > 0;
  try {
    await started.ready({ port, until, deadlineMs: READY_DEADLINE_MS });
  } catch (error) {
    await started.stop(0);
    throw error;
  }
}

function foldersRead({ staticDir, tls }: NginxOptions): string[] {
  const files = tls === undefined ? [] : [tls.certificate, tls.key];
  return [...(staticDir === undefined ? [] : [resolve(staticDir)]), ...files.map((file) => dirname(resolve(file)))];
}

export function nginxConfiguration(options: NginxOptions): string {
  return edgeConfiguration({
    dir: options.dir,
    // Started by root, nginx would give its workers to `nobody`, who can't read the page in root's folders.
    user: process.getuid?.() === 0 ? 'root' : undefined,
    listen: `127.0.0.1:${options.port}`,
    gateways: options.gateways.map((gateway) => `        server ${gateway} max_fails=0;`).join('\n'),
    staticDir: options.staticDir === undefined ? undefined : resolve(options.staticDir),
    tls: options.tls,
    auth: options.auth,
  });
}

/** The template filled in: for the nginx of this machine, and for that of the image (`deploy/trees.mjs`). */
export interface EdgeConfiguration {
  /** Where it writes pid and temporary files; there when it starts. */
  dir: string;
  /** Of the workers; only root may say so. */
  user: string | undefined;
  listen: string;
  /** Lines of the upstream. */
  gateways: string;
  staticDir: string | undefined;
  tls: NginxTls | undefined;
  auth?: NginxAuth | undefined;
}

export function edgeConfiguration(options: EdgeConfiguration): string {
  const securityHeaders = ['add_header X-Content-Type-Options nosniff;'];
  if (options.tls?.hsts === true)
    securityHeaders.push('add_header Strict-Transport-Security "max-age=31536000" always;');
  const values: Record<string, string> = {
    dir: options.dir,
    user: options.user === undefined ? '' : `user ${options.user};`,
    workers: String(WORKERS),
    connections: String(WORKER_CONNECTIONS),
    listen: `${options.listen} backlog=${BACKLOG}${options.tls === undefined ? '' : ' ssl'}`,
    tls: options.tls === undefined ? '' : tlsDirectives(options.tls),
    gateways: options.gateways,
    page: pageLocations(options.staticDir, securityHeaders),
    authServers: options.auth === undefined ? '' : authServers(options.auth),
    auth: options.auth === undefined ? '' : authLocations(),
    headers: securityHeaders.map((header) => `        ${header}`).join('\n'),
  };
  return readFileSync(TEMPLATE, 'utf8').replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${TEMPLATE} has an unknown placeholder ${placeholder}`);
    return value;
  });
}

/** Client side of TLS; what is behind it is plain, on the same machine or in the same private network. */
function tlsDirectives({ certificate, key }: NginxTls): string {
  return `
        ssl_certificate "${resolve(certificate)}";
        ssl_certificate_key "${resolve(key)}";
        ssl_protocols TLSv1.2 TLSv1.3;
        # Of TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else.
        ssl_ciphers ${CIPHERS};
        ssl_prefer_server_ciphers off;
        # One cache of all workers, some 40,000 sessions: a client that comes back saves the costly half of its handshake.
        ssl_session_cache shared:tapecast:10m;
        ssl_session_timeout 1h;
        # Their key would be the same for as long as nginx runs.
        ssl_session_tickets off;
        # Updates are small: a record of 16 KiB would hold its first update back until its last has come.
        ssl_buffer_size 4k;
        # http on this port: the browser is sent to https.
        error_page 497 =301 https://$http_host$request_uri;`;
}

function authServers({ servers, listen }: NginxAuth): string {
  const upstream = `
    upstream auth {
        zone auth 64k;
${servers.map((server) => `        server ${server} max_fails=0;`).join('\n')}
        keepalive 16;
    }
`;
  if (listen === undefined) return upstream;
  return `${upstream}
    # For gateways and the command line, on this machine only.
    server {
        listen ${listen};
        error_log stderr emerg;
${authLocations()}    }
`;
}

/**
 * A request that met a process as it died is sent to another: a token more than was asked for harms nobody. A body has a
 * client's secret in it: it stays in memory, which the auth service's own bound fits into.
 */
function authLocations(): string {
  return ['/v1/token', '/.well-known/jwks.json']
    .map(
      (path) => `
        location = ${path} {
            client_max_body_size 16k;
            client_body_buffer_size 16k;
            proxy_pass http://auth;
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_connect_timeout 1s;
            proxy_read_timeout 10s;
            proxy_next_upstream error timeout non_idempotent;
        }
`,
    )
    .join('');
}

/**
 * Files in `assets/` have their content's hash in their name; index.html is asked for anew each time. A location that
 * adds a header inherits none.
 */
function pageLocations(staticDir: string | undefined, securityHeaders: readonly string[]): string {
  if (staticDir === undefined) return '        location / { return 404; }';
  const headers = securityHeaders.map((header) => `            ${header}`).join('\n');
  return `        root "${staticDir}";
        location / {
            index index.html;
            try_files $uri $uri/ =404;
            add_header Cache-Control no-cache;
${headers}
        }
        location /assets/ {
            add_header Cache-Control "public, max-age=31536000, immutable";
${headers}
        }`;
}

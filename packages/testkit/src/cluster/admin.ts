import { setTimeout as delay } from 'node:timers/promises';
import { type AdminReply, type AdminServer, type Readiness, StartError, startAdminServer } from '@tapecast/service-kit';
import { ADMIN_TIMEOUT_MS } from './limits.ts';
import { mergeMetrics } from './merged-metrics.ts';
import type { RollingPlan, RollingState } from './rolling-restart.ts';

const POLL_MS = 20;

/** A process with an admin port of its own. */
export interface Administered {
  /** `gateway-0`. */
  name: string;
  port: number;
}

/** What the launcher's admin port tells of; asked at each request. */
export interface ClusterView {
  /** undefined while the cluster starts. */
  processes(): readonly Administered[] | undefined;
  down(): readonly string[];
  restarts(): ReadonlyMap<string, number>;
  /** Admin port of the venue server. */
  venueAdminPort(): number | undefined;
  /** Begins to restart all gateways, one after the other; says why not where it can't. */
  restartGateways(plan: Partial<RollingPlan>): string | undefined;
  rollingRestart(): RollingState;
}

/** `/readyz` of the whole, `/metrics` of all, `/gateways/restart`, and `/replay/start`, passed on to the venue server. */
export function startClusterAdmin(port: number, view: ClusterView): Promise<AdminServer> {
  return startAdminServer({
    host: '127.0.0.1',
    port,
    portOption: '--admin-port',
    ready: () => readiness(view),
    metrics: () => metrics(view),
    routes: {
      'POST /replay/start': () => startReplay(view),
      'POST /gateways/restart': (request) => restartGateways(view, request.url ?? ''),
      'GET /gateways/restart': () => ({
        status: 200,
        body: `${JSON.stringify(view.rollingRestart())}\n`,
        contentType: 'application/json',
      }),
    },
  });
}

/** Ready is: every process is there and says that it is ready. */
async function readiness(view: ClusterView): Promise<Readiness> {
  const processes = view.processes();
  if (processes === undefined) return { ready: false, reason: 'starting' };
  const reasons = view.down().map((name) => `${name} is down`);
  const down = new Set(view.down());
  const answers = await Promise.all(processes.filter(({ name }) => !down.has(name)).map(notReady));
  reasons.push(...answers.filter((reason) => reason !== ''));
  return { ready: reasons.length === 0, reason: reasons.join('; ') };
}

/** Waits until the process says that it can work; rejects with what it says instead, or when `ended` says that it is gone. */
export async function untilReady(process: Administered, ended: () => boolean, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const reason = await notReady(process);
    if (reason === '') return;
    if (ended())
      throw new StartError('unavailable', `${process.name} ended before it was ready; its last words are in its log`);
    if (performance.now() > deadline) throw new StartError('unavailable', `after ${deadlineMs} ms ${reason}`);
    await delay(POLL_MS);
  }
}

/** '' when the process is ready, else a sentence about it. */
async function notReady({ name, port }: Administered): Promise<string> {
  try {
    const reply = await ask(port, '/readyz');
    return reply.status === 200 ? '' : `${name} is ${reply.body.trim()}`;
  } catch (error) {
    return `${name} does not answer: ${reasonOf(error)}`;
  }
}

async function metrics(view: ClusterView): Promise<string> {
  const texts = await Promise.all(
    (view.processes() ?? []).map(async ({ name, port }) => ({
      process: name,
      // A process that does not answer has no samples; that it is up or not is told by the launcher's own.
      text: await ask(port, '/metrics').then(
        (reply) => (reply.status === 200 ? reply.body : ''),
        () => '',
      ),
    })),
  );
  return `${ownMetrics(view)}\n${mergeMetrics(texts)}`;
}

/** Declared here, not with prom-client: their labels are the processes of this run. */
function ownMetrics(view: ClusterView): string {
  const down = new Set(view.down());
  const restarts = [...view.restarts()];
  return [
    '# HELP tapecast_cluster_process_up Whether the process is running (1) or down (0).',
    '# TYPE tapecast_cluster_process_up gauge',
    ...restarts.map(([name]) => `tapecast_cluster_process_up{process="${name}"} ${down.has(name) ? 0 : 1}`),
    '',
    '# HELP tapecast_cluster_process_restarts_total How often the process was started again after it ended.',
    '# TYPE tapecast_cluster_process_restarts_total counter',
    ...restarts.map(([name, count]) => `tapecast_cluster_process_restarts_total{process="${name}"} ${count}`),
    '',
  ].join('\n');
}

/** `POST /gateways/restart?per_second=&ms=`: answers when it has begun. */
function restartGateways(view: ClusterView, url: string): AdminReply {
  const query = new URL(url, 'http://admin').searchParams;
  const texts = [query.get('per_second'), query.get('ms')];
  if (view.processes() === undefined) return { status: 503, body: 'the cluster is starting\n' };
  if (texts.some((text) => text !== null && !/^[1-9]\d{0,5}$/.test(text)))
    return {
      status: 400,
      body: 'per_second is clients a second and ms the longest time for a gateway, as in /gateways/restart?per_second=200&ms=60000\n',
    };
  const [perSecond, drainMs] = texts.map((text) => (text === null ? undefined : Number(text)));
  const refused = view.restartGateways({
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(drainMs === undefined ? {} : { drainMs }),
  });
  if (refused !== undefined) return { status: 409, body: `${refused}\n` };
  return { status: 202, body: 'restarting: GET /gateways/restart tells how far it is\n' };
}

async function startReplay(view: ClusterView): Promise<AdminReply> {
  const port = view.venueAdminPort();
  if (port === undefined)
    return { status: 404, body: 'nothing is replayed here; start with --feed replay --recording <file>\n' };
  try {
    return await ask(port, '/replay/start', 'POST');
  } catch (error) {
    return { status: 502, body: `the venue server does not answer: ${reasonOf(error)}\n` };
  }
}

async function ask(port: number, path: string, method = 'GET'): Promise<AdminReply> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    signal: AbortSignal.timeout(ADMIN_TIMEOUT_MS),
  });
  return { status: response.status, body: await response.text() };
}

/** fetch says only 'fetch failed'; what happened is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

import { setTimeout as delay } from 'node:timers/promises';
import { type AdminReply, type AdminServer, type Readiness, StartError, startAdminServer } from '@tapecast/service-kit';
import { ADMIN_TIMEOUT_MS } from './limits.ts';
import { mergeMetrics } from './merged-metrics.ts';

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
}

/** `/readyz` of the whole, `/metrics` of all, and `/replay/start`, passed on to the venue server. */
export function startClusterAdmin(port: number, view: ClusterView): Promise<AdminServer> {
  return startAdminServer({
    host: '127.0.0.1',
    port,
    portOption: '--admin-port',
    ready: () => readiness(view),
    metrics: () => metrics(view),
    routes: { 'POST /replay/start': () => startReplay(view) },
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

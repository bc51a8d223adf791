import type { ClusterProcess } from '@tapecast/testkit';
import { done, type Fault, type Scene } from './fault.ts';

const DRAIN_MS = 10_000;
const RESTART_POLL_MS = 250;

const gatewaysOf = ({ cluster }: Scene): ClusterProcess[] =>
  cluster.processes().filter(({ role }) => role === 'gateway');

async function post(url: string): Promise<Response> {
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return response;
}

/** Whether the process answers anything but "no such path" there: parts of the system may be older than this program. */
async function offers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  return response.status !== 404;
}

async function rollingUnavailable({ cluster }: Scene): Promise<string | undefined> {
  return (await offers(`${cluster.admin}/gateways/restart`)) ? undefined : 'the launcher offers no rolling restart';
}

async function restarting(admin: string): Promise<boolean> {
  const { state } = (await (await fetch(`${admin}/gateways/restart`)).json()) as { state: string };
  if (state === 'failed') throw new Error('the rolling restart failed; the launcher says why');
  return state === 'running';
}

export const GATEWAY_FAULTS: readonly Fault[] = [
  {
    name: 'drain',
    what: 'a gateway drained: its clients are sent elsewhere, then it ends and is started again',
    inject: async (scene) => {
      const hit = scene.random.pick(gatewaysOf(scene));
      await post(`http://${hit.admin}/drain?ms=${DRAIN_MS}`);
      return done(`gateway-${hit.index}`);
    },
  },
  {
    name: 'rolling-restart',
    what: 'all gateways restarted one after the other',
    unavailable: rollingUnavailable,
    inject: async ({ cluster }) => {
      await post(`${cluster.admin}/gateways/restart?ms=${DRAIN_MS}`);
      return {
        target: 'all gateways',
        healAfterMs: 1,
        heal: async () => {
          while (await restarting(cluster.admin)) await new Promise((resolve) => setTimeout(resolve, RESTART_POLL_MS));
        },
      };
    },
  },
];

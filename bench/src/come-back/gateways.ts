import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterProcess } from '@tapecast/testkit';

const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;

export const connections = (gateway: ClusterProcess): Promise<number> =>
  metric(gateway, 'tapecast_gateway_connections');

/** 0 of a process that does not answer: it is just being started. */
export async function metric({ admin }: ClusterProcess, sample: string): Promise<number> {
  const response = await fetch(`http://${admin}/metrics`).catch(() => undefined);
  const text = (await response?.text()) ?? '';
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1) ?? 0);
}

/** Clients may be sent to this gateway: one that was killed has been started again. */
export async function ready({ index, admin }: ClusterProcess): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`http://${admin}/readyz`).catch(() => undefined);
    if (answer?.ok === true) return;
    if (performance.now() > untilMs) throw new Error(`gateway ${index} is not ready: ${await answer?.text()}`);
    await delay(POLL_MS);
  }
}

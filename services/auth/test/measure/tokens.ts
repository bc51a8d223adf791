import { fork } from 'node:child_process';
import { once } from 'node:events';
import { basic, SECRET, startStand } from '../harness.ts';

/**
 * Tokens a CPU second of the service's process, and how long one takes, for a client whose secret is known.
 * Run: node --conditions=source services/auth/test/measure/tokens.ts [tokens] [at once]
 */
const TOKENS = Number(process.argv[2] ?? 10_000);
const AT_ONCE = Number(process.argv[3] ?? 16);

if (process.send !== undefined) {
  const stand = await startStand({ config: { trustedProxies: ['127.0.0.1'] } });
  process.on('message', () => process.send?.({ url: stand.auth.url, cpu: process.cpuUsage() }));
  process.send({ url: stand.auth.url });
} else {
  const child = fork(import.meta.filename, { execArgv: ['--conditions=source'] });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const cpuMs = async (): Promise<number> => {
    child.send('cpu');
    const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }];
    return (cpu.user + cpu.system) / 1_000;
  };
  const took: number[] = [];
  let asked = 0;
  const run = async (tokens: number, keep: boolean): Promise<void> => {
    while (asked < tokens) {
      asked += 1;
      const begunAt = performance.now();
      const response = await fetch(`${url}/v1/token`, {
        method: 'POST',
        // Each of another address: what is measured is the work, not the bound on it.
        headers: { ...basic('broker', SECRET), 'x-forwarded-for': `10.0.${asked % 250}.${asked % 199}` },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          subject: `customer-${asked}`,
          symbols: 'AAPL$US',
        }),
      });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${response.status}`);
      if (keep) took.push(performance.now() - begunAt);
    }
  };
  const all = (tokens: number, keep: boolean) => Promise.all(Array.from({ length: AT_ONCE }, () => run(tokens, keep)));
  await all(2_000, false);
  asked = 0;
  const [cpuBefore, begunAt] = [await cpuMs(), performance.now()];
  await all(TOKENS, true);
  const seconds = (performance.now() - begunAt) / 1_000;
  const cpuSeconds = ((await cpuMs()) - cpuBefore) / 1_000;
  took.sort((a, b) => a - b);
  const at = (share: number): string => (took[Math.floor(took.length * share)] ?? Number.NaN).toFixed(2);
  console.log(
    `${TOKENS} tokens, ${AT_ONCE} at once: ${Math.round(TOKENS / seconds)}/s, ${Math.round(TOKENS / cpuSeconds)} a CPU second, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
  child.disconnect();
  child.kill();
}

// The images' health check, without a shell: `node health.mjs [livez|readyz]` asks the admin port of its own container.
// Exits 0 when it answers 200, else 1 with the answer, which `docker inspect` then shows.
import process from 'node:process';

const DEADLINE_MS = 2_000;
const path = process.argv[2] ?? 'livez';
const port = process.env.TAPECAST_ADMIN_PORT ?? '9100';

try {
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const body = (await answer.text()).trim();
  process.stdout.write(`${answer.status} ${body}\n`);
  process.exitCode = answer.status === 200 ? 0 : 1;
} catch (error) {
  process.stdout.write(`no answer at port ${port}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}

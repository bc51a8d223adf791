import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports are taken below the range from which the kernel gives local ports to outgoing connections (32768 up on Linux):
 * a port from there can be gone again when a killed server wants it back. The upper end leaves room for servers
 * that also listen 10,000 above their port, as Redis Cluster does for its bus.
 */
const PORT_MIN = 10_000;
const PORT_MAX = 22_000;
const ATTEMPTS_MAX = 200;

export interface FreePortOptions {
  /** Ports at these distances must be free as well; default only the port itself. */
  offsets?: readonly number[];
}

/** A port on 127.0.0.1 that nothing listens on now. */
export async function freePort(options: FreePortOptions = {}): Promise<number> {
  const [port] = await freePorts(1, options);
  return port!;
}

/** `count` different ports on 127.0.0.1 that nothing listens on now. */
export async function freePorts(count: number, options: FreePortOptions = {}): Promise<number[]> {
  const offsets = options.offsets ?? [0];
  const found: number[] = [];
  for (let attempt = 0; found.length < count; attempt += 1) {
    if (attempt === ATTEMPTS_MAX + count) throw new Error(`no ${count} free ports found in ${PORT_MIN}..${PORT_MAX}`);
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (found.includes(port)) continue;
    const free = await Promise.all(offsets.map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Ports are taken below the range from which the kernel gives local ports to outgoing connections (32768 up on Linux):
 * a port from there can be gone again when a killed server wants it back. The upper end leaves room for servers
 * that also listen 10,000 above their port, as Redis Cluster does for its bus, and no other port is taken from there.
 * The lower one is above 10080, the last port that `fetch` and browsers refuse to call.
 */
const PORT_MIN = 10_081;
const PORT_MAX = 20_000;
const ATTEMPTS_MAX = 200;

export interface FreePortOptions {
  /** Ports at these distances must be free as well; default only the port itself. */
  offsets?: readonly number[];
}

/** A port on 127.0.0.1 that nothing listens on now, and that is given to nobody else while this process lives. */
export async function freePort(options: FreePortOptions = {}): Promise<number> {
  const [port] = await freePorts(1, options);
  return port!;
}

/** `count` different ports of that kind. */
export async function freePorts(count: number, options: FreePortOptions = {}): Promise<number[]> {
  const offsets = options.offsets ?? [0];
  const found: number[] = [];
  for (let attempt = 0; found.length < count; attempt += 1) {
    if (attempt === ATTEMPTS_MAX + count) throw new Error(`no ${count} free ports found in ${PORT_MIN}..${PORT_MAX}`);
    const port = randomInt(PORT_MIN, PORT_MAX);
    const free = await Promise.all(offsets.map((offset) => isFree(port + offset)));
    if (free.every(Boolean) && (await reserve(port))) found.push(port);
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

/**
 * Between choosing a port and listening there, other processes choose theirs. Who has a port holds the UDP port of the same
 * number until it ends, which no server here uses: the kernel lets go of it however the process ends.
 */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref();
      resolve(true);
    });
  });
}

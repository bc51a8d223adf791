import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VenueError } from '../errors.ts';

/** Listens on loopback only: the server asks for no key. `option` names the port's option in the error. */
export function listenOnLoopback(server: Server, port: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const problem =
        cause.code === 'EADDRINUSE' ? 'is taken' : `can't be listened on (${cause.code ?? cause.message})`;
      reject(new VenueError('port_taken', `Port ${port} ${problem}; choose another with ${option}.`, { cause }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Ends a server and what is still connected to it. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

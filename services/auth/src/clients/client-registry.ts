import { type Logger, StartError } from '@tapecast/service-kit';
import type { AuthMetrics } from '../metrics.ts';
import { watchFiles } from '../watched-files.ts';
import { type Client, ClientsFileError, readClientsFile } from './clients-file.ts';

/** The clients of the file as it is now. A file that can't be used changes nothing: those of before go on. */
export class ClientRegistry {
  #clients: ReadonlyMap<string, Client>;
  readonly #stop: () => void;

  /** Throws StartError where the file can't be used. */
  constructor(path: string, logger: Logger, metrics: AuthMetrics) {
    try {
      this.#clients = readClientsFile(path);
    } catch (error) {
      if (!(error instanceof ClientsFileError)) throw error;
      throw new StartError('bad_option', `--clients-file: ${error.message}`, { cause: error });
    }
    this.#stop = watchFiles([path], () => {
      try {
        this.#clients = readClientsFile(path);
        metrics.fileRead('clients', true);
        logger.info({ event: 'clients_read', clients: this.#clients.size });
      } catch (error) {
        metrics.fileRead('clients', false);
        const why = error instanceof ClientsFileError ? error.message : 'unexpected';
        logger.error({ event: 'clients_refused', error: why }, 'the clients of before go on');
      }
    });
  }

  get size(): number {
    return this.#clients.size;
  }

  get(id: string): Client | undefined {
    return this.#clients.get(id);
  }

  close(): void {
    this.#stop();
  }
}

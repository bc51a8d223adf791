import type { Logger } from '@tapecast/service-kit';
import type { GatewayLimits } from '../limits.ts';
import {
  type Certificate,
  CertificateError,
  type CertificatePair,
  checkPair,
  readPair,
  samePair,
} from './certificate.ts';
import type { TlsMetrics } from './metrics.ts';

export interface TlsFiles {
  /** PEM: the server's certificate, then the chain. */
  certificate: string;
  key: string;
}

export interface CertificateWatchOptions {
  files: TlsFiles;
  limits: GatewayLimits;
  logger: Logger;
  metrics: TlsMetrics;
  nowMs: () => number;
  /** Serves what the files hold now to new connections; throws when it can't. */
  serve: () => void;
}

const WARN_BEFORE_MS = 7 * 86_400_000;

/**
 * Serves a new certificate as soon as its files are there. They are read again and again instead of being watched: links
 * that are turned to another folder (certbot, Kubernetes) are seen too, whatever the file system tells of it.
 *
 * A tool writes two files, one after the other, so what can't be used is looked at once more before it is called a fault;
 * then it is logged once, and what is served goes on being served.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  #served: { pair: CertificatePair; certificate: Certificate } | undefined;
  /** What the files held when they could not be used, or why they could not be read. */
  #refused: { pair: CertificatePair | undefined; message: string; told: boolean } | undefined;
  #warned: 'not' | 'soon' | 'expired' = 'not';
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
  }

  /** Serves what is there; rejects with `CertificateError` when it can't be served. */
  async start(): Promise<void> {
    const { files, limits } = this.#options;
    this.#serve(await readPair(files.certificate, files.key, limits.certificateBytesMax));
    this.#timer = setInterval(() => void this.#look(false), limits.certificatePollMs);
    this.#timer.unref();
  }

  /** Looks now, and says at once what is wrong: somebody asked. */
  async reload(): Promise<void> {
    await this.#looking;
    await this.#look(true);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look at a time; rejects never. */
  #look(asked: boolean): Promise<void> {
    this.#looking ??= this.#lookNow(asked).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(asked: boolean): Promise<void> {
    const { files, limits } = this.#options;
    let pair: CertificatePair | undefined;
    try {
      pair = await readPair(files.certificate, files.key, limits.certificateBytesMax);
      if (this.#served !== undefined && samePair(pair, this.#served.pair)) this.#refused = undefined;
      else this.#serve(pair);
    } catch (error) {
      this.#refuse(pair, error instanceof CertificateError ? error.message : String(error), asked);
    }
    this.#watchExpiry();
  }

  #serve(pair: CertificatePair): void {
    const { serve, logger, metrics, nowMs } = this.#options;
    const certificate = checkPair(pair, nowMs());
    serve();
    this.#served = { pair, certificate };
    this.#refused = undefined;
    this.#warned = 'not';
    metrics.expiresAt(certificate.expiresAtMs / 1000);
    metrics.loads.served.inc();
    logger.info({ event: 'certificate_served', ...describe(certificate) });
  }

  #refuse(pair: CertificatePair | undefined, message: string, asked: boolean): void {
    const { logger, metrics } = this.#options;
    const before = this.#refused;
    const same =
      before?.message === message &&
      (pair === undefined ? before.pair === undefined : before.pair !== undefined && samePair(pair, before.pair));
    const tell = asked || (same && !before.told);
    this.#refused = { pair, message, told: tell || (same && before.told) };
    if (!tell) return;
    metrics.loads.refused.inc();
    logger.error({ event: 'certificate_refused', reason: message, kept: this.#served?.certificate.serial });
  }

  #watchExpiry(): void {
    const { logger, nowMs } = this.#options;
    if (this.#served === undefined) return;
    const { certificate } = this.#served;
    const left = certificate.expiresAtMs - nowMs();
    const state = left <= 0 ? 'expired' : left < WARN_BEFORE_MS ? 'soon' : 'not';
    if (state === this.#warned) return;
    this.#warned = state;
    if (state === 'soon') logger.warn({ event: 'certificate_expires_soon', ...describe(certificate) });
    if (state === 'expired') logger.error({ event: 'certificate_expired', ...describe(certificate) });
  }
}

const describe = ({ serial, names, expiresAtMs }: Certificate): Record<string, string> => ({
  serial,
  names,
  expires: new Date(expiresAtMs).toISOString(),
});

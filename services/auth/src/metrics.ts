import { Counter, Gauge, Histogram, type Registry } from '@tapecast/service-kit';

/** Why no token was issued: RFC 6749's codes, and what bounds of ours say. */
export const REFUSALS = [
  'invalid_request',
  'invalid_client',
  'invalid_scope',
  'unsupported_grant_type',
  'too_many_failures',
  'too_many_requests',
  'busy',
  'failed',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** All metrics of the auth service; children of labels are made at start. */
export interface AuthMetrics {
  issued(durationMs: number): void;
  refused(reason: Refusal): void;
  jwksServed(): void;
  secretChecked(): void;
  rotated(): void;
  conflict(): void;
  fileRead(file: 'clients' | 'certificate', ok: boolean): void;
}

/** Read when the metrics are scraped. */
export interface AuthGauges {
  publishedKeys(): number;
  signingKeyAgeSeconds(): number;
  storeUp(): number;
  storeAgeSeconds(): number;
  clients(): number;
}

const TOKEN_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export function createAuthMetrics(registry: Registry, gauges: AuthGauges): AuthMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const issued = counter('tapecast_auth_tokens_issued_total', 'Tokens issued');
  const refused = new Counter({
    name: 'tapecast_auth_tokens_refused_total',
    help: 'Requests for a token that got none, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const refusals = new Map(REFUSALS.map((reason) => [reason, refused.labels(reason)]));
  const seconds = new Histogram({
    name: 'tapecast_auth_token_seconds',
    help: 'From a request for a token to its answer, where one was issued',
    buckets: TOKEN_SECONDS,
    registers,
  });
  const jwks = counter('tapecast_auth_jwks_requests_total', 'Times the published keys were asked for');
  const checks = counter('tapecast_auth_secret_checks_total', 'Secrets checked by scrypt; those known before are not');
  const rotations = counter(
    'tapecast_auth_rotations_total',
    'Changes of the key that signs, as this instance saw them',
  );
  const conflicts = counter(
    'tapecast_auth_ring_conflicts_total',
    'Changes of the key ring that another instance made first',
  );
  const files = new Counter({
    name: 'tapecast_auth_file_reads_total',
    help: 'Files read again because they changed, by file and whether they could be used',
    labelNames: ['file', 'outcome'] as const,
    registers,
  });
  gauge('tapecast_auth_published_keys', 'Keys that verifiers are told', gauges.publishedKeys);
  gauge(
    'tapecast_auth_signing_key_age_seconds',
    'How long the key that signs has done so',
    gauges.signingKeyAgeSeconds,
  );
  gauge('tapecast_auth_store_up', 'Whether the key ring could be read from the store (1) or not (0)', gauges.storeUp);
  gauge('tapecast_auth_store_age_seconds', 'Since the key ring was last read from the store', gauges.storeAgeSeconds);
  gauge('tapecast_auth_clients', 'Clients that may ask for tokens', gauges.clients);
  return {
    issued(durationMs) {
      issued.inc();
      seconds.observe(durationMs / 1_000);
    },
    refused: (reason) => refusals.get(reason)?.inc(),
    jwksServed: () => jwks.inc(),
    secretChecked: () => checks.inc(),
    rotated: () => rotations.inc(),
    conflict: () => conflicts.inc(),
    fileRead: (file, ok) => files.inc({ file, outcome: ok ? 'ok' : 'refused' }),
  };
}

import { Counter, Gauge, type Registry } from '@tapecast/service-kit';
import type { AddressLimited } from './address-limits.ts';

export type EdgeRefusal = AddressLimited | 'origin';

const REFUSALS: readonly EdgeRefusal[] = [
  'handshakes_per_address',
  'connections_per_address',
  'requests_per_address',
  'origin',
];

export interface EdgeMetrics {
  /** What was refused before it was looked at; counted beside `refused_upgrades_total`. */
  readonly refused: Readonly<Record<EdgeRefusal, Counter.Internal>>;
  watch(sources: { addresses: () => number }): void;
}

export interface TlsMetrics {
  /** Unix seconds. */
  expiresAt(seconds: number): void;
  readonly loads: Readonly<Record<'served' | 'refused', Counter.Internal>>;
  watch(sources: { certificatesInUse: () => number }): void;
}

/** A child that is reported from the start. */
function fromZero(child: Counter.Internal): Counter.Internal {
  child.inc(0);
  return child;
}

export function createEdgeMetrics(registry: Registry): EdgeMetrics {
  const registers = [registry];
  const refused = new Counter({
    name: 'tapecast_gateway_edge_refused_total',
    help: 'Handshakes and requests refused before anything was done for them, by reason.',
    labelNames: ['reason'],
    registers,
  });
  return {
    refused: Object.fromEntries(REFUSALS.map((reason) => [reason, fromZero(refused.labels(reason))])) as Record<
      EdgeRefusal,
      Counter.Internal
    >,
    watch({ addresses }) {
      new Gauge({
        name: 'tapecast_gateway_limited_addresses',
        help: 'Addresses of which rates or connections are kept.',
        registers,
        collect() {
          this.set(addresses());
        },
      });
    },
  };
}

/** Only where there is a certificate: an expiry of 0 would raise an alert. */
export function createTlsMetrics(registry: Registry): TlsMetrics {
  const registers = [registry];
  const loads = new Counter({
    name: 'tapecast_gateway_tls_certificate_loads_total',
    help: 'Certificates that were served from their files, and such that could not be.',
    labelNames: ['outcome'],
    registers,
  });
  const expiry = new Gauge({
    name: 'tapecast_gateway_tls_certificate_expiry_timestamp_seconds',
    help: 'Unix time at which the certificate expires that new connections get.',
    registers,
  });
  return {
    expiresAt: (seconds) => expiry.set(seconds),
    loads: { served: fromZero(loads.labels('served')), refused: fromZero(loads.labels('refused')) },
    watch({ certificatesInUse }) {
      new Gauge({
        name: 'tapecast_gateway_tls_certificates_in_use',
        help: 'Certificates that open connections began with.',
        registers,
        collect() {
          this.set(certificatesInUse());
        },
      });
    },
  };
}

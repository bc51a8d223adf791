import { Counter, Gauge, Histogram, type Registry } from '@tapecast/service-kit';
import type { CloseReason, Subprotocol } from '@tapecast/wire';
import { CLOSE_CODES, SUBPROTOCOLS } from '@tapecast/wire';
import { ADMISSION_OUTCOMES, ADMISSION_PLACES, type AdmissionMetrics } from './admission/admission-metrics.ts';
import { SPENDINGS } from './admission/subject-rates.ts';
import type { CompressionCounts } from './fanout/compression.ts';
import { createSessionMetrics, type SessionMetrics } from './sessions/session-metrics.ts';
import type { SlowMetrics } from './slow/slow-consumers.ts';

/** Bounds of the hop histograms in seconds: one hop through the log is milliseconds, a stall is seconds. */
const HOP_BOUNDS_S = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;
const HOP_BOUNDS_US = HOP_BOUNDS_S.map((seconds) => seconds * 1e6);

/** prom-client's `observe` costs ten times this: counted here per update, copied when somebody asks. */
class HopCounts {
  readonly #counts = new Float64Array(HOP_BOUNDS_US.length + 1);
  #sumUs = 0;

  observe(us: number): void {
    // Clocks of two machines may differ: a negative hop counts as none.
    const spent = Math.max(0, us);
    let bucket = 0;
    while (bucket < HOP_BOUNDS_US.length && spent > (HOP_BOUNDS_US[bucket] as number)) bucket++;
    (this.#counts[bucket] as number)++;
    this.#sumUs += spent;
  }

  /** The values of a Prometheus histogram named `name`. */
  values(name: string): { metricName: string; labels: Record<string, string | number>; value: number }[] {
    const values: { metricName: string; labels: Record<string, string | number>; value: number }[] = [];
    let sum = 0;
    this.#counts.forEach((count, i) => {
      sum += count;
      values.push({ metricName: `${name}_bucket`, labels: { le: HOP_BOUNDS_S[i] ?? '+Inf' }, value: sum });
    });
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sumUs / 1e6 });
    values.push({ metricName: `${name}_count`, labels: {}, value: sum });
    return values;
  }
}

/** Registers a histogram whose buckets are counted outside prom-client, which only has to print them. */
function registerHops(registry: Registry, name: string, help: string, counts: HopCounts): void {
  const metric = {
    name,
    help,
    get: () => Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values: counts.values(name) }),
    reset: () => {},
  };
  // prom-client's registry asks a metric for no more than this; its types name its own classes only.
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
}

export interface GaugeSources {
  connections: () => number;
  unadmitted: () => number;
  subscriptions: () => number;
  heldInstruments: () => number;
  knownInstruments: () => number;
  cohorts: () => number;
  cohortClients: () => number;
  windowBytes: () => number;
  unreadBytes: () => number;
  mergedClients: () => number;
  toldTradesBytes: () => number;
  logBehindSeconds: () => number;
}

export interface GatewayMetrics {
  /** Unix microseconds of one update on its way. */
  readonly observeHops: (receivedAtUs: number, computedAtUs: number, publishedAtUs: number) => void;
  /** Counts frames that went out: `clients` of them share `bytes`. */
  readonly delivered: (messages: number, clients: number, bytes: number) => void;
  /** Counts data messages that were encoded. */
  readonly encoded: (messages: number) => void;
  /** Sums of frames that were compressed; added up by who compresses. */
  readonly compressed: CompressionCounts;
  closed(reason: CloseReason): void;
  opened(protocol: Subprotocol): void;
  records: Counter;
  recordsUnreadable: Counter;
  recordsOfLeftEpoch: Counter;
  logGaps: Counter;
  clientMessages: Counter;
  badMessages: Counter;
  tooManyBytes: Counter;
  refusedUpgrades: Counter;
  droppedFrames: Counter;
  readonly slow: SlowMetrics;
  readonly sessions: SessionMetrics;
  flushFailures: Counter;
  restRequests: Counter;
  readonly admission: AdmissionMetrics;
  /** Begins to report the gauges. */
  watch(sources: GaugeSources): void;
}

/** A child that is reported from the start. */
function fromZero(child: Counter.Internal): Counter.Internal {
  child.inc(0);
  return child;
}

/** Of the check of a token: tenths of a millisecond, or a fetch of keys. */
const CHECK_BOUNDS_S = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1, 5];
const FETCH_OUTCOMES = ['ok', 'unreachable', 'invalid'] as const;

function createAdmissionMetrics(registry: Registry): AdmissionMetrics {
  const registers = [registry];
  const admissions = new Counter({
    name: 'tapecast_gateway_admissions_total',
    help: 'Who asked to be let in, by place and what came of it.',
    labelNames: ['place', 'outcome'],
    registers,
  });
  const admissionOf = new Map(
    ADMISSION_PLACES.flatMap((place) =>
      ADMISSION_OUTCOMES.map(
        (outcome) => [`${place} ${outcome}`, fromZero(admissions.labels(place, outcome))] as const,
      ),
    ),
  );
  const checks = new Histogram({
    name: 'tapecast_gateway_token_check_seconds',
    help: 'Check of a token, a wait for its key included.',
    buckets: CHECK_BOUNDS_S,
    registers,
  });
  const fetches = new Counter({
    name: 'tapecast_gateway_jwks_fetches_total',
    help: 'Looks at the JWKS, by what came of them.',
    labelNames: ['outcome'],
    registers,
  });
  const limited = new Counter({
    name: 'tapecast_gateway_subject_limited_total',
    help: 'Messages and requests of users that did more, with all their connections, than one may.',
    labelNames: ['what'],
    registers,
  });
  for (const what of SPENDINGS) limited.labels(what).inc(0);
  const fetchOf = Object.fromEntries(FETCH_OUTCOMES.map((outcome) => [outcome, fromZero(fetches.labels(outcome))]));
  return {
    admitted: (place, outcome) => admissionOf.get(`${place} ${outcome}`)?.inc(),
    checked: (seconds) => checks.observe(seconds),
    keysFetched: (outcome) => fetchOf[outcome]?.inc(),
    subjectLimited: (what) => limited.labels(what).inc(),
    watchKeys({ known, ageMs }) {
      new Gauge({
        name: 'tapecast_gateway_jwks_keys',
        help: 'Keys that tokens are checked with.',
        registers,
        collect() {
          this.set(known());
        },
      });
      new Gauge({
        name: 'tapecast_gateway_jwks_age_seconds',
        help: 'Since the keys were last read; since the start where they never were.',
        registers,
        collect() {
          this.set(Math.min(ageMs() / 1000, process.uptime()));
        },
      });
    },
  };
}

/** All metrics of the gateway. Children are resolved here; per delivery only numbers are added up. */
export function createMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const received = new HopCounts();
  const computed = new HopCounts();
  let messagesSum = 0;
  let deliveriesSum = 0;
  let bytesSum = 0;
  registerHops(
    registry,
    'tapecast_gateway_received_to_computed_seconds',
    'From ingest to compute, by the updates delivered here.',
    received,
  );
  registerHops(
    registry,
    'tapecast_gateway_computed_to_published_seconds',
    'From compute to the frame of this gateway.',
    computed,
  );
  // Counters that are added up outside are set to their sum when they are read.
  const summed = (name: string, help: string, sum: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(sum());
      },
    });
  };
  summed(
    'tapecast_gateway_encoded_messages_total',
    'Data messages encoded, once for each distinct content.',
    () => messagesSum,
  );
  summed('tapecast_gateway_deliveries_total', 'Data messages handed to the sockets of clients.', () => deliveriesSum);
  summed('tapecast_gateway_delivered_bytes_total', 'Bytes of frames handed to the sockets of clients.', () => bytesSum);
  const compressed: CompressionCounts = { frames: 0, bytesBefore: 0, bytesAfter: 0, spentMs: 0 };
  summed(
    'tapecast_gateway_compressed_frames_total',
    'Frames compressed, once for all who share them.',
    () => compressed.frames,
  );
  summed(
    'tapecast_gateway_compressed_before_bytes_total',
    'Bytes of those frames before.',
    () => compressed.bytesBefore,
  );
  summed(
    'tapecast_gateway_compressed_after_bytes_total',
    'Bytes of those frames as they were sent.',
    () => compressed.bytesAfter,
  );
  summed(
    'tapecast_gateway_compression_seconds_total',
    'Time of the loop spent on compressing, also where a frame did not get smaller.',
    () => compressed.spentMs / 1000,
  );
  const closes = new Counter({
    name: 'tapecast_gateway_closes_total',
    help: 'Connections closed by this gateway, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const opens = new Counter({
    name: 'tapecast_gateway_opens_total',
    help: 'Connections opened, by subprotocol.',
    labelNames: ['protocol'],
    registers,
  });
  // Resolved at start: a reason that never came is 0, not absent.
  const closeOf = Object.fromEntries(
    Object.keys(CLOSE_CODES).map((reason) => [reason, fromZero(closes.labels(reason))]),
  );
  const openOf = Object.fromEntries(SUBPROTOCOLS.map((protocol) => [protocol, fromZero(opens.labels(protocol))]));
  const replayedTrades = counter(
    'tapecast_gateway_replayed_trades_total',
    'Trades told later to clients that were merged.',
  );
  const lostTrades = counter(
    'tapecast_gateway_lost_trades_total',
    'Trades that clients that were merged were told to be lost, by a hole notice.',
  );
  return {
    observeHops(receivedAtUs, computedAtUs, publishedAtUs) {
      received.observe(computedAtUs - receivedAtUs);
      computed.observe(publishedAtUs - computedAtUs);
    },
    delivered(messages, clients, bytes) {
      deliveriesSum += messages * clients;
      bytesSum += bytes * clients;
    },
    compressed,
    encoded(messages) {
      messagesSum += messages;
    },
    closed: (reason) => closeOf[reason]?.inc(),
    opened: (protocol) => openOf[protocol]?.inc(),
    records: counter('tapecast_gateway_records_total', 'Records of md.updates read.'),
    recordsUnreadable: counter(
      'tapecast_gateway_records_unreadable_total',
      'Records of md.updates that could not be decoded and were left out.',
    ),
    recordsOfLeftEpoch: counter(
      'tapecast_gateway_records_of_left_epoch_total',
      'Records of an epoch that its partition had left already.',
    ),
    logGaps: counter(
      'tapecast_gateway_log_gap_records_total',
      'Records of md.updates that the log lost before they were read.',
    ),
    clientMessages: counter('tapecast_gateway_client_messages_total', 'Messages of clients.'),
    badMessages: counter('tapecast_gateway_bad_messages_total', 'Messages of clients that could not be read.'),
    tooManyBytes: counter(
      'tapecast_gateway_too_many_bytes_total',
      'Connections closed because they sent more bytes than allowed; counted among tooManyMessages.',
    ),
    refusedUpgrades: counter('tapecast_gateway_refused_upgrades_total', 'WebSocket handshakes refused.'),
    droppedFrames: counter(
      'tapecast_gateway_dropped_frames_total',
      'Frames dropped at a full socket; each closes its connection.',
    ),
    slow: {
      merged: counter(
        'tapecast_gateway_slow_spells_total',
        'Clients taken off their topics because they did not read.',
      ),
      caughtUp: counter('tapecast_gateway_slow_caught_up_total', 'Of those, clients brought to the present again.'),
      replayed: (trades, lost) => {
        replayedTrades.inc(trades);
        lostTrades.inc(lost);
      },
    },
    sessions: createSessionMetrics(registry),
    flushFailures: counter(
      'tapecast_gateway_flush_failures_total',
      'Instruments whose frames could not be made in a flush.',
    ),
    restRequests: counter('tapecast_gateway_rest_requests_total', 'REST requests.'),
    admission: createAdmissionMetrics(registry),
    watch(sources) {
      const gauge = (name: string, help: string, read: () => number): void => {
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read());
          },
        });
      };
      gauge('tapecast_gateway_connections', 'Open connections.', sources.connections);
      gauge(
        'tapecast_gateway_unadmitted_connections',
        'Connections that have shown no token yet, or whose token is being checked.',
        sources.unadmitted,
      );
      gauge('tapecast_gateway_subscriptions', '(connection, symbol, channel) triples.', sources.subscriptions);
      gauge('tapecast_gateway_held_instruments', 'Instruments whose state is kept here.', sources.heldInstruments);
      gauge(
        'tapecast_gateway_known_instruments',
        'Instruments of the catalogue and the log.',
        sources.knownInstruments,
      );
      gauge(
        'tapecast_gateway_cohorts',
        'Sets of streams whose clients are told by one frame a flush.',
        sources.cohorts,
      );
      gauge('tapecast_gateway_cohort_clients', 'Connections that are told by their cohort.', sources.cohortClients);
      gauge('tapecast_gateway_window_bytes', 'Bytes of raw records kept for joining clients.', sources.windowBytes);
      gauge(
        'tapecast_gateway_unread_bytes',
        'Bytes that clients have not read, at the last look.',
        sources.unreadBytes,
      );
      gauge(
        'tapecast_gateway_merged_connections',
        'Clients that are told no data until they have read what waits, at the last look.',
        sources.mergedClients,
      );
      gauge(
        'tapecast_gateway_told_trades_bytes',
        'Bytes of trades as they went out, kept for clients that are merged.',
        sources.toldTradesBytes,
      );
      gauge(
        'tapecast_gateway_log_behind_seconds',
        'How far the slowest partition is behind the end of md.updates.',
        sources.logBehindSeconds,
      );
    },
  };
}

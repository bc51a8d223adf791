import { ANONYMOUS, type Grant } from '@tapecast/access';
import { MarketStateError } from '@tapecast/market-state';
import type { Logger } from '@tapecast/service-kit';
import type { JsonNumbers } from '@tapecast/wire';
import { type Admission, isRefusal, type Refusal } from '../admission/admission.ts';
import type { StateReads } from '../degrade/guarded-calls.ts';
import type { GatewayLimits } from '../limits.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import type { Instruments } from '../subscriptions/instruments.ts';
import { joinedWithin } from '../subscriptions/joined-within.ts';
import { instruments } from './instruments.ts';
import { klines } from './klines.ts';
import { type RestReply, restError } from './reply.ts';
import { snapshot } from './snapshot.ts';

export interface RestContext {
  instruments: Instruments;
  state: StateReads;
  limits: GatewayLimits;
  /** Sends what is pending, so that an answer says of a number what subscribers were told of it. */
  flush(): void;
  /** Resolves when the instruments have a state, or a reason why not, or it took too long. */
  joined(held: readonly HeldInstrument[]): Promise<void>;
}

export interface RestRequest {
  query: URLSearchParams;
  grant: Grant;
  numbers: JsonNumbers;
}

const ROUTES: Readonly<Record<string, (context: RestContext, request: RestRequest) => RestReply | Promise<RestReply>>> =
  {
    '/v1/snapshot': snapshot,
    '/v1/klines': klines,
    '/v1/instruments': instruments,
  };

export interface RestOptions extends Omit<RestContext, 'joined'> {
  admission: Admission;
  logger: Logger;
  metrics: GatewayMetrics;
}

/** The REST interface beside the stream. Never rejects. */
export class RestApi {
  readonly #options: RestOptions;
  readonly #context: RestContext;
  #underWay = 0;

  constructor(options: RestOptions) {
    this.#options = options;
    this.#context = { ...options, joined: async (held) => joinedWithin(held, options.limits.joinAnswerMs) };
  }

  serves(path: string): boolean {
    return Object.hasOwn(ROUTES, path);
  }

  async answer(path: string, queryText: string, token: string | undefined): Promise<RestReply> {
    const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
    if (route === undefined)
      return restError(
        'not_found',
        `no ${path.slice(0, 64)} here; there are ${Object.keys(ROUTES).join(', ')}, and the stream at /v1/stream`,
      );
    const { limits, logger, metrics } = this.#options;
    metrics.restRequests.inc();
    if (queryText.length > limits.restQueryBytesMax) {
      return {
        ...restError(
          'bad_request',
          `the query has ${queryText.length} bytes, and at most ${limits.restQueryBytesMax} are read`,
        ),
        status: 414,
      };
    }
    // Not counted as under way: tokens that wait for their keys would keep out those that need not.
    const grant = await this.#admit(token);
    if (isRefusal(grant)) return restError(grant.code, grant.msg);
    const waitMs = this.#options.admission.spend('requests', grant, performance.now());
    if (waitMs > 0)
      return restError(
        'too_many_requests',
        `${grant.subject} made more than ${limits.subjectRequestsPerSecond} requests a second. Subscribe on the stream at /v1/stream instead of asking again and again`,
        Math.ceil(waitMs / 1000),
      );
    if (this.#underWay >= limits.restRequestsMax)
      return restError('unavailable', `${limits.restRequestsMax} requests are being answered already`);
    const query = new URLSearchParams(queryText);
    this.#underWay++;
    try {
      return await route(this.#context, {
        query,
        grant,
        numbers: query.get('numbers') === 'string' ? 'string' : 'number',
      });
    } catch (error) {
      if (error instanceof MarketStateError && error.code === 'unavailable')
        return restError('unavailable', 'the store does not answer at the moment; try again');
      logger.error({ event: 'rest_failed', path, error: error instanceof Error ? error.stack : String(error) });
      return restError('internal', 'the gateway failed at this request; the fault is logged');
    } finally {
      this.#underWay--;
    }
  }

  async #admit(token: string | undefined): Promise<Grant | Refusal> {
    const admitted = await this.#options.admission.admit(token);
    const outcome = isRefusal(admitted) ? admitted.code : admitted === ANONYMOUS ? 'anonymous' : 'token';
    this.#options.metrics.admission.admitted('rest', outcome);
    return admitted;
  }
}

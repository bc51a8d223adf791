import { isLoopback, StartError } from '@tapecast/service-kit';

export interface AdmissionOptions {
  /** Market data is open to everyone who reaches this gateway. */
  anonymous: boolean;
  /** The operator said in so many words that this holds beyond this machine too. */
  anonymousBeyondLoopback: boolean;
  /** Address on which the gateway listens. */
  host: string;
}

/** Who a client is. */
export interface Subject {
  name: string;
}

export interface Refusal {
  code: 'forbidden';
  msg: string;
}

/**
 * The one place where it is decided who may connect and who may see what: the handshake (`?token=` or an `Authorization`
 * header), an `auth` message, each subscription and each REST request pass here.
 */
export interface Admission {
  /** `token` as the client gave it, undefined where it gave none. */
  admit(token: string | undefined): Subject | Refusal;
  /** Whether the subject may have the instrument's market data. */
  mayRead(subject: Subject, symbol: string): boolean;
  /** Pages of any origin may use the REST interface: only where there is nothing to be stolen by it. */
  readonly openToAllOrigins: boolean;
}

export const ANONYMOUS: Subject = Object.freeze({ name: 'anonymous' });

/**
 * Keys to check tokens with are not configurable in this version, so the only admission there is lets everyone in, and
 * a gateway that was not told to do that refuses to start rather than to guess.
 */
export function createAdmission(options: AdmissionOptions): Admission {
  if (!options.anonymous) {
    throw new StartError(
      'unsafe_listen',
      'No keys to check tokens with are configured, so nobody could be let in. Start with --anonymous to open market data to everyone who reaches this address.',
    );
  }
  if (!isLoopback(options.host) && !options.anonymousBeyondLoopback) {
    throw new StartError(
      'unsafe_listen',
      `--host ${options.host} can be reached from other machines, and with --anonymous nobody needs a token there. Listen on 127.0.0.1, or say --anonymous-beyond-loopback.`,
    );
  }
  return {
    // Without keys a token can be neither good nor bad: it is ignored.
    admit: () => ANONYMOUS,
    mayRead: () => true,
    openToAllOrigins: true,
  };
}

export const isRefusal = (answer: Subject | Refusal): answer is Refusal => 'code' in answer;

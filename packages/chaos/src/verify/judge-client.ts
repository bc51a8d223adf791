import type { ClientRecord, StreamRecord, ToldGap } from '../clients/client-record.ts';
import type { Truth } from '../market/truth.ts';
import type { Findings } from './findings.ts';
import type { Cut, LoggedTrade, SequenceStates, UpdateReading } from './updates.ts';

/** Gaps that the gateway told, or that lie between two connections: announced. Any other was found by the client itself. */
const ANNOUNCED: ReadonlySet<string> = new Set(['announced', 'reconnect', 'epoch']);

/** Compares what each client was told with what the log has: every trade once and in order, each state as it is at its number. */
export class ClientJudge {
  readonly #updates: UpdateReading;
  readonly #truth: Truth;
  readonly #findings: Findings;
  compared = { trades: 0, states: 0 };

  constructor(updates: UpdateReading, truth: Truth, findings: Findings) {
    this.#updates = updates;
    this.#truth = truth;
    this.#findings = findings;
  }

  judge(record: ClientRecord): void {
    for (const stream of record.streams.values()) {
      this.#gaps(record, stream);
      if (stream.channel === 'trade') this.#trades(record, stream);
      else if (stream.channel !== '') this.#states(record, stream);
    }
    for (const fault of record.faults) this.#findings.add('wrong', record.name, fault);
  }

  #gaps({ name }: ClientRecord, { symbol, channel, gaps }: StreamRecord): void {
    for (const gap of gaps) {
      const what = `${symbol} ${channel}: ${gap.reason} ${gap.lost?.join('..') ?? ''}`;
      this.#findings.add(ANNOUNCED.has(gap.reason) ? 'announced' : 'lost', name, what, sizeOf(gap), gap.atMs);
    }
  }

  #trades({ name }: ClientRecord, stream: StreamRecord): void {
    const { symbol, trades } = stream;
    const epochs = [...(this.#updates.trades.get(symbol)?.values() ?? [])];
    const seen = new Set<number>();
    let furthest = 0;
    for (const trade of trades) {
      this.compared.trades++;
      const logged = epochs
        .map((numbers) => numbers[trade.number])
        .find((each) => each !== undefined && same(each, trade));
      if (logged === undefined)
        this.#findings.add(
          'wrong',
          name,
          `${symbol} trade ${trade.number} (${trade.id}) is not what the log has`,
          1,
          trade.atMs,
        );
      if (epochs.length > 1) continue;
      const sentAtMs = this.#sentAt(symbol, trade.id);
      if (seen.has(trade.number))
        this.#findings.add('doubled', name, `${symbol} trade ${trade.number} (${trade.id})`, 1, sentAtMs);
      else if (trade.number < furthest)
        this.#findings.add('outOfOrder', name, `${symbol} trade ${trade.number} after ${furthest}`, 1, sentAtMs);
      seen.add(trade.number);
      furthest = Math.max(furthest, trade.number);
    }
    // Numbers begin anew with an epoch, which is announced: the trades are then told apart by the venue's ids alone.
    if (epochs.length > 1) this.#byId(name, stream);
    else this.#missing(name, stream, epochs[0] ?? [], seen);
  }

  #missing(name: string, { symbol, begunAt = 0, gaps }: StreamRecord, logged: LoggedTrade[], seen: Set<number>): void {
    const told = gaps.filter(({ reason, lost }) => ANNOUNCED.has(reason) && lost !== undefined);
    for (let number = begunAt + 1; number < logged.length; number++) {
      if (seen.has(number) || told.some(({ lost }) => lost![0] <= number && number <= lost![1])) continue;
      const id = logged[number]?.id ?? '';
      this.#findings.add('lost', name, `${symbol} trade ${number} (${id})`, 1, this.#sentAt(symbol, id));
    }
  }

  #byId(name: string, { symbol, trades }: StreamRecord): void {
    const ids = new Set<string>();
    for (const { id, number } of trades) {
      if (ids.has(id))
        this.#findings.add('doubled', name, `${symbol} trade ${number} (${id})`, 1, this.#sentAt(symbol, id));
      ids.add(id);
    }
  }

  #states({ name }: ClientRecord, { symbol, channel, states }: StreamRecord): void {
    const cut: Cut | 'whole' = channel.startsWith('depth@') ? (Number(channel.slice('depth@'.length)) as Cut) : 'whole';
    const sequence = channel.startsWith('depth@') ? 'depth' : channel;
    const epochs = [...(this.#updates.sequences.get(`${symbol} ${sequence}`)?.values() ?? [])];
    for (let at = 0; at < states.length; at += 3) {
      this.compared.states++;
      const number = states[at]!;
      // Who subscribes or comes back is shown the newest bar, also where the number is that of an older one told again.
      const told = (digests: SequenceStates['digests']): boolean =>
        digests.get(cut)?.[number] === states[at + 1] || digests.get('newest')?.[number] === states[at + 1];
      if (!epochs.some(({ digests }) => told(digests)))
        this.#findings.add(
          'wrong',
          name,
          `${symbol} ${channel} at ${number} is not what the log has`,
          1,
          states[at + 2],
        );
    }
    const end: SequenceStates | undefined = epochs.at(-1);
    const last = states.at(-3) ?? 0;
    if (end !== undefined && !this.#isCurrent(end, cut, last))
      this.#findings.add('lost', name, `${symbol} ${channel} ended at ${last}, the log at ${end.last}`);
  }

  /** Whether the state at `last` is the newest: an update that leaves a cut of the book as it was is not told by itself. */
  #isCurrent({ digests, last: end }: SequenceStates, cut: Cut | 'whole', last: number): boolean {
    const numbers = digests.get(cut);
    for (let number = last + 1; number <= end; number++) if (numbers?.[number] !== numbers?.[last]) return false;
    return true;
  }

  #sentAt(symbol: string, id: string): number | undefined {
    const truth = this.#truth.get(symbol);
    return truth?.trades[truth.placeOf.get(id) ?? -1]?.sentAtMs;
  }
}

const same = (logged: LoggedTrade, { id, price, size, timeMs }: Omit<LoggedTrade, 'number'>): boolean =>
  logged.id === id && logged.price === price && logged.size === size && logged.timeMs === timeMs;

const sizeOf = ({ lost }: ToldGap): number => (lost === undefined ? 1 : lost[1] - lost[0] + 1);

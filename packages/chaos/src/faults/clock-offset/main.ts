/**
 * Loaded before a service (`node --import`), so that the wall clock of one process can be made to jump: at SIGUSR2 by an hour ahead,
 * at the next one back. The monotonic clock stays right, as it does where a machine's clock is set wrong.
 */
const JUMP_MS = 3_600_000;
const right = Date.now;
const RightDate = Date;
let offsetMs = 0;

process.on('SIGUSR2', () => {
  offsetMs = offsetMs === 0 ? JUMP_MS : 0;
});
// It does nothing by itself: a process that has ended its work ends.
Date.now = () => right() + offsetMs;
globalThis.Date = new Proxy(RightDate, {
  construct: (target, given: unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [right() + offsetMs] : given, newTarget) as Date,
  apply: () => new RightDate(right() + offsetMs).toString(),
});

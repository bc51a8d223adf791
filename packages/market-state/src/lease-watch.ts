import type { LeaseHolder } from './leases.ts';
import { LEASE_WATCH_MS } from './limits.ts';

/** Looks at a lease again and again, and tells when another holds it. One look at a time. */
export function watchLease(
  look: () => Promise<LeaseHolder | undefined>,
  onHolder: (holder: LeaseHolder | undefined) => void,
): { close(): void } {
  let told: number | undefined;
  let looking = false;
  let closed = false;
  const check = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const holder = await look();
      // Fences are never 0: that stands for a lease that nobody holds.
      const fence = holder?.fence ?? 0;
      if (closed || fence === told) return;
      told = fence;
      onHolder(holder);
    } catch {
      // The store is away: who holds it is not known, and the next look will tell.
    } finally {
      looking = false;
    }
  };
  void check();
  const timer = setInterval(() => void check(), LEASE_WATCH_MS);
  return {
    close: () => {
      closed = true;
      clearInterval(timer);
    },
  };
}

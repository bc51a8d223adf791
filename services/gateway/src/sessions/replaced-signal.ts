/** A session that another connection speaks for. */
export interface Replaced {
  id: string;
  generation: number;
}

/** Told to the gateway that had sessions by the one that took them. Other kinds on the same channel are passed over. */
export function replacedSignal(sessions: readonly Replaced[]): Uint8Array {
  return Buffer.from(
    JSON.stringify({ kind: 'replaced', sessions: sessions.map(({ id, generation }) => [id, generation]) }),
  );
}

/** Nothing where it is of another kind, or of a version that writes otherwise. */
export function readReplaced(payload: Uint8Array): Replaced[] {
  try {
    const signal: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof signal !== 'object' || signal === null || !('kind' in signal) || signal.kind !== 'replaced') return [];
    if (!('sessions' in signal) || !Array.isArray(signal.sessions)) return [];
    return signal.sessions.flatMap((session: unknown): Replaced[] => {
      const [id, generation] = Array.isArray(session) ? (session as unknown[]) : [];
      return typeof id === 'string' && typeof generation === 'number' ? [{ id, generation }] : [];
    });
  } catch {
    return [];
  }
}

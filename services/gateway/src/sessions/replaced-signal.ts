/** Told to the gateway that had a session by the one that took it. Other kinds on the same channel are passed over. */
export function replacedSignal(id: string, generation: number): Uint8Array {
  return Buffer.from(JSON.stringify({ kind: 'replaced', id, generation }));
}

export function readReplaced(payload: Uint8Array): { id: string; generation: number } | undefined {
  try {
    const signal: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof signal !== 'object' || signal === null || !('kind' in signal) || signal.kind !== 'replaced')
      return undefined;
    if (!('id' in signal) || typeof signal.id !== 'string') return undefined;
    if (!('generation' in signal) || typeof signal.generation !== 'number') return undefined;
    return { id: signal.id, generation: signal.generation };
  } catch {
    // Of a version that writes otherwise.
    return undefined;
  }
}

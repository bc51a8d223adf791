/**
 * The address that a `moving` notice names, absolute or relative to the client's own; the client's own where none is named or
 * it can't be used. A connection under TLS is never moved to one without.
 */
export function placeOf(named: string | undefined, own: string): string {
  const from = new URL(own);
  if (named === undefined || named === '' || !URL.canParse(named, own)) return own;
  const to = new URL(named, own);
  if (!/^(wss?|https?):$/.test(to.protocol)) return own;
  if (secure(from) && !secure(to)) return own;
  return to.href;
}

const secure = ({ protocol }: URL): boolean => protocol === 'wss:' || protocol === 'https:';

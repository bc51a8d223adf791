/** What an operator allows: any origin, one, or those of the names below one. */
export type OriginRule = { any: true } | { scheme: string; host: string; below: boolean };

/**
 * `https://a.example`, `https://a.example:8443`, `https://*.b.example` (each name below it, at any depth, not itself), or
 * `*`. Undefined for anything else: a rule that can never match is a mistake.
 */
export function parseOriginRule(text: string): OriginRule | undefined {
  if (text === '*') return { any: true };
  const below = text.includes('://*.');
  const origin = parseOrigin(below ? text.replace('://*.', '://') : text);
  return origin === undefined || origin.host.includes('*') ? undefined : { ...origin, below };
}

export interface OriginPolicyOptions {
  rules: readonly OriginRule[];
  /** Market data is open to everyone: pages of any origin may show it where no rules say otherwise. */
  open: boolean;
}

export interface AskedFrom {
  /** Header `Origin`: '' where there is none. */
  origin: string;
  /** Header `Host`. */
  host: string;
  /** The client came by TLS, as far as is known. */
  secure: boolean;
}

/**
 * Which pages may use the stream and the REST interface. Programs that are no browsers send no `Origin` and are always
 * let through: this protects a browser's user from pages, not the gateway from programs.
 */
export class OriginPolicy {
  readonly #rules: readonly OriginRule[];
  /** Any origin is allowed, so answers need not say which. */
  readonly any: boolean;

  constructor({ rules, open }: OriginPolicyOptions) {
    this.any = rules.some((rule) => 'any' in rule) || (rules.length === 0 && open);
    this.#rules = rules;
  }

  allows({ origin, host, secure }: AskedFrom): boolean {
    if (origin === '' || this.any) return true;
    const asked = parseOrigin(origin);
    // `null` is a page that hides where it is from: a file, or a sandboxed frame of anyone.
    if (asked === undefined) return false;
    return isSameHost(asked, host, secure) || this.#rules.some((rule) => matches(rule, asked));
  }
}

/** For the page's author, who reads it in the browser's network view. */
export const originRefused = (origin: string): string =>
  `pages of ${JSON.stringify(origin.slice(0, 200))} may not use this gateway. Its operator allows them with --allowed-origins`;

interface Origin {
  scheme: string;
  /** With its port where that is not the scheme's own; lower case, international names in their ASCII form. */
  host: string;
}

function parseOrigin(text: string): Origin | undefined {
  const match = /^(https?):\/\/([^/?#@\\\s]+)$/i.exec(text);
  if (match === null) return undefined;
  const url = URL.parse(text);
  return url === null || url.host === '' ? undefined : { scheme: url.protocol.slice(0, -1), host: url.host };
}

/** The page came from where it now asks. A page of http may not pass for that of https: anyone in between could send it. */
function isSameHost(origin: Origin, host: string, secure: boolean): boolean {
  if (secure && origin.scheme !== 'https') return false;
  return parseOrigin(`${origin.scheme}://${host}`)?.host === origin.host;
}

function matches(rule: OriginRule, origin: Origin): boolean {
  if ('any' in rule) return true;
  if (rule.scheme !== origin.scheme) return false;
  return rule.below ? origin.host.endsWith(`.${rule.host}`) : origin.host === rule.host;
}

/** Volumes as a person reads them: 12,345 or 1.234 M. `text` is an exact decimal. */
export function shortAmount(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  const size = Math.abs(value);
  if (size >= 1e12) return `${(value / 1e12).toFixed(3)} T`;
  if (size >= 1e9) return `${(value / 1e9).toFixed(3)} B`;
  if (size >= 1e6) return `${(value / 1e6).toFixed(3)} M`;
  if (size >= 1e4) return Math.round(value).toLocaleString('en-US');
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** '+1.25', '-0.40', '0.00': a sign wherever there is a direction. */
export const signed = (text: string): string => (text.startsWith('-') || Number(text) === 0 ? text : `+${text}`);

/** -1, 0 or 1. */
export const direction = (text: string | undefined): number => (text === undefined ? 0 : Math.sign(Number(text)));

/** hh:mm:ss.mmm of the reader's own time zone. */
export function clockText(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

import {
  CandlestickSeries,
  createChart,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts';

export interface Candle {
  startMs: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** A candle chart with volume below: history at once, then the last bars as they move. */
export class CandleChart {
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<'Candlestick'>;
  readonly #volumes: ISeriesApi<'Histogram'>;
  /** By start: a late trade may change a bar before the last, which the library takes only as a whole series. */
  #bars = new Map<number, Candle>();
  #lastStartMs = 0;
  #changed = new Set<number>();
  #whole = false;

  constructor(container: HTMLElement) {
    this.#chart = createChart(container, {
      autoSize: true,
      timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 3 },
      layout: { attributionLogo: true },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.#volumes = this.#chart.addSeries(HistogramSeries, {
      priceFormat: { type: 'volume' },
      priceScaleId: 'volume',
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.8, bottom: 0 } });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } });
    this.paint();
  }

  /** Takes the page's colours; called again when the theme changes. */
  paint(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    this.#chart.applyOptions({
      layout: { background: { color: colour('--panel') }, textColor: colour('--faint') },
      grid: { vertLines: { color: colour('--line') }, horzLines: { color: colour('--line') } },
      timeScale: { borderColor: colour('--line') },
      rightPriceScale: { borderColor: colour('--line') },
    });
    this.#candles.applyOptions({
      upColor: colour('--up'),
      downColor: colour('--down'),
      wickUpColor: colour('--up'),
      wickDownColor: colour('--down'),
    });
    this.#volumes.applyOptions({ color: colour('--line') });
  }

  reset(decimals: number): void {
    this.#bars = new Map();
    this.#lastStartMs = 0;
    this.#changed.clear();
    this.#whole = true;
    this.setDecimals(decimals);
  }

  setDecimals(decimals: number): void {
    this.#candles.applyOptions({ priceFormat: { type: 'price', precision: decimals, minMove: 10 ** -decimals } });
  }

  /** A bar as it is now; bars may come in any order. */
  set(candle: Candle): void {
    this.#bars.set(candle.startMs, candle);
    if (candle.startMs < this.#lastStartMs) this.#whole = true;
    else this.#changed.add(candle.startMs);
    this.#lastStartMs = Math.max(this.#lastStartMs, candle.startMs);
  }

  render(): void {
    if (this.#whole) {
      const bars = [...this.#bars.values()].sort((a, b) => a.startMs - b.startMs);
      this.#candles.setData(bars.map(toCandle));
      this.#volumes.setData(bars.map(toVolume));
      this.#chart.timeScale().scrollToRealTime();
    } else
      for (const startMs of [...this.#changed].sort((a, b) => a - b)) {
        const bar = this.#bars.get(startMs);
        if (bar === undefined) continue;
        this.#candles.update(toCandle(bar));
        this.#volumes.update(toVolume(bar));
      }
    this.#whole = false;
    this.#changed.clear();
  }
}

/** The library draws UTC; the reader's wall clock is what a trader compares with. */
const chartTime = (startMs: number): UTCTimestamp =>
  (startMs / 1000 - new Date(startMs).getTimezoneOffset() * 60) as UTCTimestamp;
const toCandle = ({ startMs, open, high, low, close }: Candle) => ({
  time: chartTime(startMs),
  open,
  high,
  low,
  close,
});
const toVolume = ({ startMs, volume }: Candle) => ({ time: chartTime(startMs), value: volume });

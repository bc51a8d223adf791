export interface Curve {
  title: string;
  /** What stands under the horizontal axis. */
  across: string;
  points: { x: number; y: number; law: number }[];
}

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 80;
const RIGHT = 20;
const TOP = 50;
const BOTTOM = 50;

/** One curve as SVG, both axes logarithmic: measured points, and the law as a line. */
export function chart({ title, across, points }: Curve): string {
  const xs = points.map(({ x }) => Math.log10(x));
  const ys = points.flatMap(({ y, law }) => [Math.log10(y), Math.log10(law)]);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys))];
  const px = (value: number): string =>
    (LEFT + ((Math.log10(value) - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (value: number): string =>
    (HEIGHT - BOTTOM - ((Math.log10(value) - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const decades = Array.from({ length: y1 - y0 + 1 }, (_, i) => 10 ** (y0 + i));
  const line = points.map(({ x, law }, i) => `${i === 0 ? 'M' : 'L'}${px(x)},${py(law)}`).join(' ');
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="24" font-size="15">${title}</text>`,
    `<text x="${LEFT}" y="42" fill="#555">CPU of the gateway a flush, µs; points measured, line the law</text>`,
    ...decades.map(
      (value) =>
        `<path d="M${LEFT},${py(value)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${py(value)}" text-anchor="end" dominant-baseline="middle">${value.toLocaleString('en')}</text>`,
    ),
    ...points.map(
      ({ x }) => `<text x="${px(x)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${x.toLocaleString('en')}</text>`,
    ),
    `<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${across}</text>`,
    `<path d="${line}" fill="none" stroke="#2563eb" stroke-width="2"/>`,
    ...points.map(({ x, y }) => `<circle cx="${px(x)}" cy="${py(y)}" r="4" fill="#dc2626"/>`),
    '</svg>',
  ].join('\n')}\n`;
}

// What a page's main thread did while it was watched, from Chromium's own trace.
import type { CDPSession, Page } from 'playwright-core';

export interface MainThread {
  /** Wall time watched. */
  watchedMs: number;
  /** Share of it in which the main thread ran a task: by its own processor time, and by the clock on the wall. */
  busy: number;
  busyByTheWall: number;
  longestTaskMs: number;
  longestByTheWallMs: number;
  tasks: number;
  /** Milliseconds by what was done inside the tasks, the largest first: scripts, style, layout, paint … */
  within: [name: string, ms: number][];
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** Processor time of the thread in microseconds: what other processes take is not in it. */
  tdur?: number;
  args?: { name?: string; data?: { frames?: { url?: string; processId?: number }[] } };
}

const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];
const PARTS = [
  'FunctionCall',
  'FireAnimationFrame',
  'EventDispatch',
  'UpdateLayoutTree',
  'Layout',
  'PrePaint',
  'Paint',
  'Layerize',
  'Commit',
  'MinorGC',
  'MajorGC',
];

/** Traces the page for `ms`. */
export async function watchMainThread(page: Page, ms: number): Promise<MainThread> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  await session.send('Tracing.start', {
    transferMode: 'ReturnAsStream',
    traceConfig: { includedCategories: CATEGORIES },
  });
  const startedAt = performance.now();
  await page.evaluate(`new Promise((resolve) => setTimeout(resolve, ${ms}))`);
  const watchedMs = performance.now() - startedAt;
  const stream = new Promise<string>((resolve) => {
    session.once('Tracing.tracingComplete', ({ stream: handle }) => resolve(handle ?? ''));
  });
  await session.send('Tracing.end');
  const events = (JSON.parse(await read(session, await stream)) as { traceEvents: TraceEvent[] }).traceEvents;
  await session.detach();
  return judge(events, frameTree.frame.url, watchedMs);
}

async function read(session: CDPSession, handle: string): Promise<string> {
  let text = '';
  for (;;) {
    const { data, eof, base64Encoded } = await session.send('IO.read', { handle, size: 1 << 20 });
    text += base64Encoded === true ? Buffer.from(data, 'base64').toString() : data;
    if (eof) break;
  }
  await session.send('IO.close', { handle });
  return text;
}

function judge(events: readonly TraceEvent[], url: string, watchedMs: number): MainThread {
  const frames = events.flatMap(({ args }) => args?.data?.frames ?? []);
  const pid = frames.find((frame) => frame.url === url)?.processId;
  const main = events.find(
    (event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain' && event.pid === pid,
  );
  if (main === undefined) throw new Error(`the trace names no main thread of ${url}`);
  const own = events.filter(({ ph, pid: p, tid }) => ph === 'X' && p === main.pid && tid === main.tid);
  const tasks = own.filter(({ name }) => name === 'RunTask');
  const cpu = tasks.map(({ tdur = 0 }) => tdur / 1_000);
  const wall = tasks.map(({ dur = 0 }) => dur / 1_000);
  const sum = (all: readonly number[]): number => all.reduce((total, ms) => total + ms, 0);
  const within = PARTS.map((part): [string, number] => [
    part,
    sum(own.filter(({ name }) => name === part).map(({ tdur = 0 }) => tdur / 1_000)),
  ]);
  return {
    watchedMs,
    busy: sum(cpu) / watchedMs,
    busyByTheWall: sum(wall) / watchedMs,
    longestTaskMs: Math.max(0, ...cpu),
    longestByTheWallMs: Math.max(0, ...wall),
    tasks: tasks.length,
    within: within.sort(([, a], [, b]) => b - a),
  };
}

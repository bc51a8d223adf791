import type { Topic } from './contract.ts';

export interface TopicSettings {
  retentionMs: number;
}

/** How long each topic keeps its records. A gateway's replay window and compute's longest replay must fit in. */
export const TOPICS: Readonly<Record<Topic, TopicSettings>> = {
  'md.ticks': { retentionMs: 3_600_000 },
  'md.updates': { retentionMs: 900_000 },
};

export const TOPIC_NAMES = Object.keys(TOPICS) as Topic[];

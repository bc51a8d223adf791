import './int64-as-number.ts';

/** The generated messages of `tick.proto` and `update.proto`, as `log.v1.Tick` and so on. */
export { tapecast as log } from './gen/log.js';

import './int64-as-number.ts';

/** The generated messages of `client.proto`, as `schema.v1.ServerFrame` and so on. */
export { tapecast as schema } from './gen/client.js';

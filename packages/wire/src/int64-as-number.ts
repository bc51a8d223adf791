// Makes protobufjs read 64-bit integers as numbers. Imported before any generated module, whose defaults it decides.
// It changes protobufjs for the whole process: nothing else in Tapecast uses protobufjs, and `--force-number` of the
// generator changes the types alone. Above 2^53 numbers are rounded without a word: see `safe-integer.ts`.
import protobuf from 'protobufjs/minimal.js';

(protobuf.util as { Long: unknown }).Long = undefined;
protobuf.configure();

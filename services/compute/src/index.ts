export { captureChanged } from './checkpoint/capture.ts';
export { type ComputeDeps, startCompute } from './compute.ts';
export { type ComputeConfig, computeConfig, computeOptions } from './config.ts';
export { type FoldReports, PartitionFold } from './folds/partition-fold.ts';
export { PendingUpdates } from './publish/pending-updates.ts';
export { recordsOf } from './publish/records.ts';

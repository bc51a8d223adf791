export { type ComputeDeps, startCompute } from './compute.ts';
export { type ComputeConfig, computeConfig, computeOptions } from './config.ts';

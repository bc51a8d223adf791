export * from './channel.ts';
export * from './fold.ts';
export * from './tick.ts';
export * from './update.ts';

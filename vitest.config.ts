import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What property tests that take their time divide their number of runs by. */
    fewerRuns: number;
  }
}

const kinds: Record<string, string[]> = {
  unit: ['**/*.test.ts'],
  /** The same property tests as among the unit tests, with all their runs. */
  property: ['**/*.property.test.ts'],
  integration: ['**/*.integration.test.ts'],
  browser: ['**/*.browser.test.ts'],
};
const notUnit = ['**/*.integration.test.ts', '**/*.browser.test.ts'];

/** Workspace packages are read from their sources (`source` condition): a test never runs against an old build of its own code. */
const conditions = ['source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    watch: false,
    projects: Object.entries(kinds).map(([name, include]) => ({
      extends: true as const,
      test: {
        name,
        include,
        exclude: ['**/node_modules/**', '**/dist/**', ...(name === 'unit' ? notUnit : [])],
        // One process runs many files, on modules that it loaded once: loading them anew for each file took as long as the tests.
        isolate: name !== 'unit' && name !== 'property',
        provide: { fewerRuns: name === 'unit' ? 5 : 1 },
        testTimeout: name === 'unit' ? 60_000 : 300_000,
        hookTimeout: name === 'unit' ? 60_000 : 300_000,
        // What is waited for comes when the machine gets to it; a shorter wait measures the machine.
        expect: { poll: { timeout: name === 'unit' || name === 'property' ? 15_000 : 60_000, interval: 50 } },
      },
    })),
  },
});

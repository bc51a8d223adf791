import { defineConfig } from 'vitest/config';

const kinds: Record<string, string[]> = {
  unit: ['**/*.test.ts'],
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
        testTimeout: name === 'unit' ? 20_000 : 180_000,
        hookTimeout: name === 'unit' ? 20_000 : 180_000,
        // What is waited for comes when the machine gets to it; a shorter wait measures the machine.
        expect: { poll: { timeout: 15_000, interval: 50 } },
      },
    })),
  },
});

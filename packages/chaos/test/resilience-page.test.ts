import { describe, expect, test } from 'vitest';
import { COSTS, HELD, withRows } from '../src/resilience-page.ts';

const PAGE = `# Title

<!-- chaos: begin -->
| old head |
<!-- chaos: end -->

More.
`;

describe('the table of results', () => {
  test('takes new rows, keeps those of other faults and all around it', () => {
    const first = withRows(PAGE.replace('| old head |\n', ''), COSTS, ['| kill-a | 0 |', '| kill-b | 0 |']);
    expect(first).toMatch(
      /^# Title\n\n<!-- chaos: begin -->\n\| fault \|.*\n\|---.*\n\| kill-a \| 0 \|\n\| kill-b \| 0 \|\n<!-- chaos: end -->\n\nMore\.\n$/,
    );
    const second = withRows(first, COSTS, ['| kill-b | 3 |', '| kill-c | 0 |']);
    expect(second).toContain('| kill-a | 0 |\n| kill-b | 3 |\n| kill-c | 0 |\n<!-- chaos: end -->');
    expect(withRows(second, COSTS, [])).toBe(second);
  });

  test('a page without its marks is refused', () => {
    expect(() => withRows('nothing', COSTS, [])).toThrow(/no table between/);
    expect(() => withRows(PAGE, HELD, [])).toThrow(/chaos held: begin/);
  });
});

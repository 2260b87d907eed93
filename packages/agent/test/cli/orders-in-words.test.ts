import { expect, it } from 'vitest';
import { NO_ORDERS, pauseInWords } from '../../src/cli/orders-in-words.ts';

it('says to the worker that ICT has paused Beadle, since when and until when, and nothing where it has not', () => {
  expect(pauseInWords(NO_ORDERS)).toBeUndefined();
  const paused = { since: '2026-06-04T08:30:00.000Z', until: '2026-06-11T22:59:00.000Z' };
  const words = pauseInWords({ ...NO_ORDERS, paused });
  expect(words).toContain('since 4 June 2026 at 09:30, until 11 June 2026 at 23:59');
  expect(words).toContain('What is restricted stays restricted');
});

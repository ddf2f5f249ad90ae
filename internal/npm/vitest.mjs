import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { journalText } from './admin.js';
import { perTest } from './current.js';

/** Gives each test of the file, or of the suite, a session of its own. */
export function useMock(options) {
  const { current, start, open, close, stop } = perTest(options);
  beforeAll(start);
  beforeEach(open);
  afterEach(async ({ task }) => {
    const [error] = task.result?.errors ?? [];
    if (error) error.message += `\n\n${journalText(await current.journal())}`;
    await close();
  });
  afterAll(stop);
  return current;
}

import type { Session, SessionOptions } from './node.js';

/**
 * Gives each test of the file, or of the suite, a session of its own. The
 * session is dropped after the test; the error of a failed test shows its journal.
 */
export function useMock(options?: SessionOptions): Session;

import type { Fixtures, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions, TestType } from '@playwright/test';
import type { Mock, Session, SessionOptions } from './node.js';

export { expect } from '@playwright/test';

export interface MockFixtures {
  /** What the session of each test begins with. */
  mockOptions: SessionOptions;
  /**
   * The session of the test. Its URL is given to pages as the global
   * DISPATCHMOCK_URL, and to the server at baseURL as the cookie
   * dispatchmock-url. A request that breaks the contract fails the test unless
   * the test allows it.
   */
  mock: Session;
}

export interface MockWorkerFixtures {
  mockServer: Mock;
}

/** Playwright's test with the fixture mock. */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & MockFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & MockWorkerFixtures
>;

/** For a test object of your own: `base.extend(fixtures)`. */
export const fixtures: Fixtures<
  MockFixtures,
  MockWorkerFixtures,
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

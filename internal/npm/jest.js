'use strict';
const { journalText } = require('./admin.js');
const { perTest } = require('./current.js');

/** Gives each test of the file, or of the suite, a session of its own. */
exports.useMock = function useMock(options) {
  const { current, start, open, close, stop } = perTest(options);
  beforeAll(start);
  beforeEach(open);
  afterEach(async () => {
    const errors = errorsOfTest();
    if (errors.length > 0) attach(errors[0], journalText(await current.journal()));
    await close();
  });
  afterAll(stop);
  return current;
};

// Jest gives a hook no way to see whether its test failed, or to attach a text;
// its runner keeps the errors in a global of this name. Without it nothing is
// attached.
function errorsOfTest() {
  const name = Object.getOwnPropertySymbols(globalThis).find((s) => s.description === 'JEST_STATE_SYMBOL');
  return globalThis[name]?.currentlyRunningTest?.errors ?? [];
}

// An entry is an error, or an error and the place of the test.
function attach(entry, text) {
  const error = Array.isArray(entry) ? entry[0] : entry;
  if (error && typeof error === 'object' && 'message' in error) error.message += `\n\n${text}`;
}

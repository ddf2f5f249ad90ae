'use strict';
const { startMock } = require('./node.js');

/**
 * Returns an object that stands for the session of the running test, and the
 * hooks that make and drop the session.
 */
exports.perTest = function perTest(options) {
  let mock;
  let session;
  const current = new Proxy({}, {
    get(_, name) {
      if (!session) throw new Error(`dispatchmock: there is a session only while a test runs; ${String(name)} was read outside`);
      const value = session[name];
      return typeof value === 'function' ? value.bind(session) : value;
    },
  });
  const start = async () => {
    mock = await startMock();
  };
  const open = async () => {
    session = await mock.session(options);
  };
  const close = async () => {
    const old = session;
    session = undefined;
    await old?.drop();
  };
  return { current, start, open, close, stop: () => mock?.stop() };
};

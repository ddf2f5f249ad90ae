'use strict';
// One server for all workers: the global setup of Vitest, Jest and Playwright.
const { startMock } = require('./node.js');

module.exports = async function setup() {
  const mock = await startMock();
  return mock.stop;
};

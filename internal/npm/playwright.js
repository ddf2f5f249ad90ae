'use strict';
const { test, expect } = require('@playwright/test');
const { journalText } = require('./admin.js');
const { startMock } = require('./node.js');

const fixtures = {
  mockOptions: [{}, { option: true }],
  mockServer: [
    async ({}, use) => {
      const server = await startMock();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  mock: async ({ mockServer, mockOptions }, use, testInfo) => {
    const session = await mockServer.session({ name: testInfo.title.slice(0, 128), ...mockOptions });
    await use(session);
    const journal = await session.journal();
    const unexpected = await session.unexpected();
    await session.drop();
    if (unexpected.length > 0 || testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('dispatchmock-journal.txt', { body: journalText(journal), contentType: 'text/plain' });
    }
    if (unexpected.length > 0 && testInfo.status === 'passed') {
      throw new Error(`The contract was broken; mock.allow('invalid') allows it.\n${journalText(unexpected)}`);
    }
  },
  // A page finds the base URL in a global, the server that renders the page in
  // a cookie: both are those of the test at hand.
  context: async ({ context, mock, baseURL }, use) => {
    await context.addInitScript((url) => (globalThis.DISPATCHMOCK_URL = url), mock.url);
    if (baseURL) await context.addCookies([{ name: 'dispatchmock-url', value: encodeURIComponent(mock.url), url: baseURL }]);
    await use(context);
  },
};

module.exports = { test: test.extend(fixtures), expect, fixtures };

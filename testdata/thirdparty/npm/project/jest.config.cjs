module.exports = {
  testRegex: ['\\.jest\\.js$'],
  globalSetup: process.env.ALONE ? undefined : 'dispatchmock/setup',
  testTimeout: 120_000,
};

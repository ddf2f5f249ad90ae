const url = `http://127.0.0.1:${process.env.PORT}`;
const certificates = process.env.DISPATCHMOCK_URL?.startsWith('https:');

export default {
  testMatch: '*.playwright.ts',
  globalSetup: 'dispatchmock/setup',
  workers: 8,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  webServer: { command: 'node application.mjs', url, timeout: 120_000 },
  use: {
    baseURL: url,
    ignoreHTTPSErrors: certificates,
    launchOptions: { executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] },
  },
};

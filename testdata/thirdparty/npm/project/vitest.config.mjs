export default {
  test: { include: ['**/*.vitest.ts'], globalSetup: process.env.ALONE ? [] : ['dispatchmock/setup'], maxWorkers: 8, minWorkers: 8, testTimeout: 120_000, hookTimeout: 120_000 },
};

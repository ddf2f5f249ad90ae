// Compiled, not run: what the types allow and what they do not.
import { startMock, type Exchange, type Session } from 'dispatchmock/node';
import { useMock as useInVitest } from 'dispatchmock/vitest';
import { useMock as useInJest } from 'dispatchmock/jest';
import { expect, fixtures, test } from 'dispatchmock/playwright';
import { test as base } from '@playwright/test';
import setup from 'dispatchmock/setup';

export async function use() {
  const mock = await startMock({ fixtures: 'fixtures', tls: 'self', flags: ['--cors', 'relaxed'] });
  const session: Session = await mock.session({ allow: ['invalid'], requestIds: { mode: 'seed', seed: 1 }, scenarios: ['slow'] });
  await session.verify({ request: { status: '4xx', header: { accept: { absent: true } } }, times: { exactly: 1 } });
  // @ts-expect-error The method is a text.
  await session.verify({ request: { method: 1 } });
  // @ts-expect-error There is no such verdict.
  await session.verify({ request: { verdict: 'good' } });
  // @ts-expect-error There is no such mode.
  await session.clock({ mode: 'backwards' });
  // @ts-expect-error There is no such word.
  session.allow('everything');
  const journal: Exchange[] = await session.journal({ verdict: 'invalid' });
  // @ts-expect-error There is no such filter.
  await session.journal({ verdicts: 'invalid' });
  const stop: () => Promise<void> = await setup();
  await stop();
  return journal[0]?.requestId;
}

for (const session of [useInVitest({ name: 'a' }), useInJest()]) session satisfies Session;

test('a fixture', async ({ mock, page }) => {
  await page.goto(mock.url);
  expect(mock.id).toBeTruthy();
});
base.extend(fixtures)('another', async ({ mock }) => {
  // @ts-expect-error A session has no such member.
  mock.worlds;
});

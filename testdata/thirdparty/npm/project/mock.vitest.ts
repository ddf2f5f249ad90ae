import { expect, test } from 'vitest';
import { useMock } from 'dispatchmock/vitest';

const mock = useMock();
const headers = { Authorization: 'Bearer dispatcher-token', 'x-tenant-id': '1' };

test.each([1, 2])('deactivates the customer, time %i', async () => {
  const answer = await fetch(`${mock.url}/customers/1/locations/1`, { method: 'DELETE', headers });
  expect(await answer.json()).toMatchObject({ is_active: false });
  expect(await mock.journal()).toHaveLength(1);
});

test.runIf(process.env.BROKEN)('shows the journal of a failed test', async () => {
  await fetch(`${mock.url}/customers/1/locations/404404`, { headers });
  expect(1).toBe(2);
});

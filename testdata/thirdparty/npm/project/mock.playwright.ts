import { expect, test } from 'dispatchmock/playwright';

const headers = { Authorization: 'Bearer dispatcher-token', 'x-tenant-id': '1' };

test.describe.configure({ mode: 'parallel' });
for (let worker = 1; worker <= 8; worker++) {
  test(`deactivates the customer, test ${worker}`, async ({ page, mock }) => {
    // The server that renders the page reads the record first, the page deactivates it.
    await page.goto('/');
    await expect(page.locator('#rendered')).toHaveText('true');
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await expect(page.locator('#active')).toHaveText('false');
    await page.reload();
    await expect(page.locator('#rendered')).toHaveText('false');
    await mock.verify({ request: { method: 'DELETE' }, times: { exactly: 1 } });
  });
}

test('a request that breaks the contract is allowed', async ({ mock }) => {
  mock.allow('invalid');
  expect((await fetch(`${mock.url}/customers/1/locations/1`)).status).toBe(401);
});

if (process.env.BROKEN) {
  test('a request that breaks the contract fails the test', async ({ mock }) => {
    await fetch(`${mock.url}/customers/1/locations/1`);
  });

  test('a failed test has its journal', async ({ mock }) => {
    await fetch(`${mock.url}/customers/1/locations/404404`, { headers });
    expect(1).toBe(2);
  });
}

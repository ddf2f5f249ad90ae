import assert from 'node:assert/strict';
import test from 'node:test';
import { Customers } from './customers.js';

const { DISPATCHMOCK_URL: url, DISPATCHMOCK_TOKEN: token, DISPATCHMOCK_TENANT: tenant, BROKEN } = process.env;
const customers = new Customers({ url, token, tenant });

test('deactivates a customer', async () => {
  assert.equal((await customers.get(1, 1)).is_active, true);
  assert.equal((await customers.deactivate(1, 1)).is_active, false);
  assert.equal((await customers.get(1, 1)).is_active, false);
});

test('reads the newest shape', async () => {
  const newest = new Customers({ url, token, tenant, version: '2023/04/19' });
  const record = await newest.get(2, 1);
  assert.equal(record.id, 2);
  assert.equal('customer_id' in record, false);
});

test('tells that there is no such customer', async () => {
  await assert.rejects(customers.get(999, 1), { status: 404, field: 'customer_location_id' });
});

test('tells that a tenant is wrong, on purpose', async () => {
  const wrong = new Customers({ url, token, tenant: 'one' });
  await assert.rejects(wrong.get(1, 1, { 'X-Mock-Allow': 'invalid' }), { status: 400 });
});

test('bears an outage', async () => {
  await assert.rejects(customers.get(1, 1, { 'X-Mock-Scenario': 'maintenance' }), { status: 503 });
});

test('sends what the contract does not have', { skip: !BROKEN }, async () => {
  const wrong = new Customers({ url, token, tenant: 'one' });
  await assert.rejects(wrong.deactivate(1, 1), { status: 400 });
});

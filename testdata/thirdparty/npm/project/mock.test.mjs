import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMock } from 'dispatchmock/node';

const headers = { Authorization: 'Bearer dispatcher-token', 'x-tenant-id': '1' };
const mock = await startMock();
const path = '/customers/1/locations/1';

test('sessions are apart', async () => {
  const sessions = await Promise.all(Array.from({ length: 8 }, () => mock.session()));
  const [first, ...others] = sessions;
  const answer = await fetch(first.url + path, { method: 'DELETE', headers });
  assert.equal((await answer.json()).is_active, false);
  assert.equal((await first.record({ customer: 1, location: 1 })).is_active, false);
  for (const other of others) assert.equal((await other.record({ customer: 1, location: 1 })).is_active, true);
  await Promise.all(sessions.map((session) => session.drop()));
});

test('a session has records, scenarios, clock and journal', async () => {
  const session = await mock.session({ name: 'everything', allow: ['simulated'] });
  const changed = await session.record({ customer: 1, location: 1 }, { name: 'Somebody' });
  assert.equal(changed.name, 'Somebody');
  const clock = await session.clock('2022-08-20T01:38:16Z');
  assert.equal(clock.mode, 'frozen');
  assert.match(clock.now, /^2022-08-20T01:38:16/);

  await session.scenario('error-500', 1);
  for (const status of [500, 200]) assert.equal((await fetch(session.url + path, { method: 'DELETE', headers })).status, status);
  assert.equal((await fetch(session.url + path, { method: 'DELETE' })).status, 401);

  const journal = await session.journal();
  assert.deepEqual(journal.map((x) => [x.method, x.status, x.verdict]), [['DELETE', 500, 'simulated'], ['DELETE', 200, 'ok'], ['DELETE', 401, 'invalid']]);
  assert.equal(journal[0].scenario, 'error-500');
  assert.equal(journal[1].changed, true);
  assert.equal(journal[1].clientId, 'web-app');
  assert.match(journal[2].message, /authorization/i);
  assert.equal((await session.journal({ verdict: 'ok' })).length, 1);
  assert.equal((await session.exchange(journal[2].id)).status, 401);

  await session.verify({ request: { method: 'DELETE', path }, times: { exactly: 3 } });
  await assert.rejects(session.verify({ request: { method: 'GET' } }), { name: 'AssertionError', message: /GET/ });
  assert.equal((await session.unexpected()).length, 1);
  session.allow('invalid');
  assert.deepEqual(await session.unexpected(), []);
  assert.throws(() => session.allow('anything'), /invalid and simulated/);

  await session.reset();
  assert.equal((await session.record({ customer: 1, location: 1 })).is_active, true);
  await session.drop();
  await assert.rejects(session.record({ customer: 1, location: 1 }), /404/);
});

test('a definition is a scenario as well', async () => {
  const session = await mock.session();
  await session.scenario({ name: 'gone', description: 'Answers 404.', then: { error: { code: 'record_unknown', status: 404 } } });
  assert.equal((await fetch(session.url + path, { headers })).status, 404);
  await assert.rejects(session.scenario({ name: 'nothing' }), /description|then/);
  await session.drop();
});

test('the server is shared and stops with its last user', async () => {
  const second = await startMock();
  assert.equal(second.url, mock.url);
  await second.stop();
  assert.equal((await fetch(mock.url + path, { headers })).status, 200);
  await mock.stop();
  if (!process.env.SHARED) {
    await assert.rejects(fetch(mock.url + path, { headers }));
    assert.equal(process.env.DISPATCHMOCK_URL, undefined);
  }
});

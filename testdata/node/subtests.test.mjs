import assert from 'node:assert/strict';
import test from 'node:test';
import { script } from './script.mjs';
import { Session, admin, sample } from './mock.mjs';

test('50 subtests at once', { concurrency: 50 }, async (t) => {
  // Others than the workers', who may run beside these.
  await Promise.all(Array.from({ length: 50 }, (_, n) => t.test(`subtest ${n}`, () => script(100 + n))));
});

test('a session tells its exchanges live, and no other\'s', { concurrency: 50 }, async (t) => {
  await Promise.all(Array.from({ length: 50 }, (_, n) => t.test(`listener ${n}`, async () => {
    const session = await Session.create({ name: `listener ${n}` });
    const stop = new AbortController();
    const seen = [];
    const listening = (async () => {
      for await (const x of session.events(stop.signal)) {
        seen.push(`${x.session} ${x.method} ${x.status}`);
        if (seen.length === 4) break;
      }
    })();
    for (const method of ['GET', 'DELETE', 'PUT', 'GET']) await session.api(method, sample);
    await listening;
    stop.abort();
    assert.deepEqual(seen, [`${session.id} GET 200`, `${session.id} DELETE 200`, `${session.id} PUT 405`, `${session.id} GET 200`]);
    await session.drop();
  })));
});

test('the default session is as the fixtures say', async () => {
  const defaultSession = await admin('GET', '/sessions/default');
  assert.equal(defaultSession.changed_records, 0, 'a test in a session of its own has changed the default one');
});

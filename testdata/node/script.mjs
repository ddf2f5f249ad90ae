// What one tester does in one session. Fifty of them do it at once, and none
// may notice the others.

import assert from 'node:assert/strict';
import { Session, sample } from './mock.mjs';

const start = Date.parse('2023-01-01T00:00:00Z');

/** Runs the whole script; n tells the testers apart. */
export async function script(n) {
  const begins = start + n * 3_600_000;
  const session = await Session.create({
    id: `tester-${n}-${process.pid}`,
    clock: { mode: 'step', at: new Date(begins).toISOString(), step: '1s' },
    request_ids: { seed: n },
    seed: n,
  });
  try {
    await state(session, begins);
    await sequenceOfIDs(session);
    await versions(session, n);
    await snapshots(session, n);
    await scenarios(session);
    await brokenAnswers(session);
    await expectations(session);
    await reasons(session);
    if (n % 10 === 0) await duplicateClick(session);
  } catch (error) {
    await session.drop().catch(() => {}); // the first error is the one to tell
    throw error;
  }
  await session.drop();
  const gone = await session.api('GET', sample);
  assert.equal(gone.status, 404, 'a dropped session still answers');
}

/** A deactivation stays, in this session's time, until a reset. */
async function state(session, begins) {
  const dates = [];
  const ask = async (method) => {
    const answer = await session.api(method, sample);
    dates.push(Date.parse(answer.headers.get('date')));
    assert.equal(answer.status, 200, answer.text);
    return answer.body.is_active;
  };
  assert.equal(await ask('GET'), true, 'another session has deactivated the record');
  assert.equal(await ask('DELETE'), false);
  assert.equal(await ask('GET'), false);
  await session.reset();
  assert.equal(await ask('GET'), true);
  assert.deepEqual(dates, [0, 1000, 2000, 0].map((ms) => begins + ms), 'the clock is not this session\'s own');
}

/** The same requests get the same request IDs after each reset. */
async function sequenceOfIDs(session) {
  const draw = async () => {
    await session.reset();
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await session.api('GET', sample)).requestID);
    return ids;
  };
  const ids = await draw();
  assert.equal(new Set(ids).size, 3);
  assert.deepEqual(await draw(), ids);
}

/** A version that a client named holds for its next requests, here alone. */
async function versions(session, n) {
  await session.reset();
  const version = ['2021/04/07', '2021/11/04', '2023/04/19'][n % 3];
  assert.equal((await session.api('GET', sample)).headers.get('x-api-version'), '2019/02/08');
  await session.api('GET', sample, { 'x-api-version': version });
  const pinned = await session.api('GET', sample);
  assert.equal(pinned.headers.get('x-api-version'), version);
  assert.deepEqual((await session.admin('GET', '/pins')).pins, { 'web-app': version });
}

/** What was written through the admin API is there, and a snapshot brings it back. */
async function snapshots(session, n) {
  await session.reset();
  const name = `Customer of tester ${n}`;
  await session.admin('PATCH', '/records/1/2/1', { name });
  await session.admin('POST', '/snapshots', { name: 'named' });
  await session.admin('DELETE', '/records/1/2/1');
  assert.equal((await session.api('GET', '/customers/2/locations/1')).status, 404);
  await session.admin('POST', '/snapshots/named/restore');
  assert.equal((await session.api('GET', '/customers/2/locations/1')).body.name, name);
  const { patch } = await session.admin('GET', '/diff');
  assert.equal(patch.length, 1, JSON.stringify(patch));
}

/** A scenario fails in its order, and an own one is this session's alone. */
async function scenarios(session) {
  await session.reset();
  await session.switchOn('flaky');
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await session.api('GET', sample)).status);
  assert.deepEqual(statuses, [500, 500, 200, 200]);
  await session.switchOff('flaky');

  await session.switchOn({ name: 'own', when: { method: 'DELETE' }, then: { respond: { status: 503, body: 'later' } } });
  assert.equal((await session.api('DELETE', sample)).status, 503);
  assert.equal((await session.api('GET', sample)).body.is_active, true, 'a request that was answered 503 was performed');
  await session.switchOff('own');

  await session.switchOn('lost-update');
  assert.equal((await session.api('DELETE', sample)).status, 500);
  assert.equal((await session.api('GET', sample)).body.is_active, false, 'the lost update was not performed');
  await session.switchOff('lost-update');
}

/** One request is broken by its header; the next one is not. */
async function brokenAnswers(session) {
  await session.reset();
  const named = (scenario) => session.api('GET', sample, { 'X-Mock-Scenario': scenario });
  assert.equal((await named('error-401-expired')).status, 401);
  await assert.rejects(named('reset'), TypeError);
  await assert.rejects(named('truncated'), TypeError);
  assert.equal((await named('stale-version')).body.customer_id, undefined);
  const good = await session.api('GET', sample);
  assert.equal(good.body.customer_id, 1);
  const { exchanges } = await session.journal('&verdict=simulated');
  assert.deepEqual(exchanges.map((x) => x.scenario).reverse(), ['error-401-expired', 'reset', 'truncated', 'stale-version']);
}

/** The journal is asked what happened, and says what did not. */
async function expectations(session) {
  await session.reset();
  await session.api('GET', sample);
  await session.api('DELETE', sample, { 'x-request-id': '3f2504e0-4f89-41d3-9a0c-0305e82c3301' });
  await session.api('DELETE', '/customers/2/locations/1');
  const good = await session.verify({
    requests: [{ request: { method: 'GET', status: 200 }, times: { exactly: 1 } }, { request: { method: 'DELETE', header: { 'x-tenant-id': '1' } }, times: { exactly: 2 } }],
    order: [{ method: 'GET', path: sample }, { method: 'DELETE', path: sample }],
    nothing_else: true,
  });
  assert.equal(good.ok, true, JSON.stringify(good));

  const bad = await session.verify({ request: { method: 'DELETE', path: '/customers/3/locations/1' } });
  assert.equal(bad.ok, false);
  const nearest = bad.nearest[0];
  assert.deepEqual(nearest.differences.map((d) => d.field), ['path'], JSON.stringify(bad));
  assert.match(nearest.differences[0].got, /customers\/2/);

  const other = await session.verify({ request: { method: 'GET' }, nothing_else: true });
  assert.equal(other.ok, false, 'two DELETEs were not told as something else');
}

/** A refused request is found by its ID, with the reason and the hint. */
async function reasons(session) {
  const refused = await session.api('DELETE', '/customers/x/locations/1', { 'x-tenant-id': 'one' });
  assert.equal(refused.status, 400);
  const { problems, session: of } = await session.find(refused.requestID);
  assert.equal(of, session.id);
  assert.equal(problems.length, 2, JSON.stringify(problems));
  for (const p of problems) assert.ok(p.rule && p.hint, JSON.stringify(p));
}

/** Of two clicks at once one deactivates, and the other is refused. */
async function duplicateClick(session) {
  await session.reset();
  await session.switchOn('duplicate-click');
  const answers = await Promise.all([session.api('DELETE', sample), session.api('DELETE', sample)]);
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409]);
}

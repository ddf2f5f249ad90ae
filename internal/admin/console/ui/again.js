// Exchanges made into what can be sent, or answered, again.
import { parse } from './exact.js';
import { operationPath } from './words.js';

const framing = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding', 'user-agent', 'trailer', 'expect', 'x-mock-session']);

// requestOf reads a request from an exchange. The token was redacted; where
// the exchange's client is one of the fixtures, it is known all the same.
export function requestOf(x, { clients }) {
  const client = clients.find(c => c.client_id === x.client_id);
  const headers = [];
  let unknown = false;
  for (const f of x.request.fields) {
    const name = f.name.toLowerCase();
    if (framing.has(name) || name.startsWith('sec-') || name === 'origin' || name === 'referer') continue;
    if (name === 'authorization') {
      const scheme = f.value.split(' ')[0];
      if (client) headers.push({ name: f.name, value: `${scheme} ${client.token}` });
      else unknown = true;
      continue;
    }
    headers.push({ name: f.name, value: f.value });
  }
  const target = x.request.head.split(' ')[1] || x.path;
  const path = target.startsWith('/_s/') ? target.replace(/^\/_s\/[^/]+/, '') || '/' : target;
  return { unknown, client, send: { session: x.session, method: x.method, path, headers, body: x.request.body || '' } };
}

// scenarioOf makes a scenario that answers as the exchange was answered.
export function scenarioOf(x) {
  const when = { method: x.method };
  const ids = operationPath.exec(x.path);
  if (ids) {
    for (const [i, name] of [[1, 'customer_id'], [2, 'customer_location_id']]) {
      try { when[name] = parse(ids[i]); } catch { /* it is not a number, and matches whatever stands there */ }
      if (typeof when[name] === 'string') delete when[name];
    }
  }
  if (x.client_id) when.client_id = x.client_id;
  const [, status, ...reason] = x.response.head.split('\r\n')[0].split(' ');
  const respond = { status: Number(status) || 500 };
  if (reason.length && reason.join(' ')) respond.reason = reason.join(' ').slice(0, 200);
  if (x.response.body) {
    try {
      respond.body = parse(x.response.body);
    } catch {
      respond.text = x.response.body;
    }
  }
  return {
    name: `saved-${x.id}`,
    description: `Answers ${respond.status} as exchange ${x.id} did.`,
    when,
    then: { respond },
  };
}

'use strict';
// The admin API. The names of its paths and JSON members stand in this file alone.
const assert = require('node:assert');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const tls = require('node:tls');

/** A client of the admin API at a URL that ends with /_mock. */
class Admin {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  /** Sends a request and returns the JSON of its response; a refusal is an Error. */
  async call(method, path, body) {
    const { status, text } = await send(method, this.url + path, this.token, body);
    const json = text === '' ? undefined : JSON.parse(text);
    if (status < 300) return json;
    throw new Error(`dispatchmock: ${method} ${path}: ${status} ${json?.detail ?? text}`);
  }

  async createSession({ allow = [], requestIds, ...options } = {}) {
    const body = { ...options };
    if (allow.length > 0) body.allowed = allow;
    if (requestIds) body.request_ids = requestIds;
    const made = await this.call('POST', '/sessions', body);
    return new Session(this, made.id, made.base_url, allow);
  }
}

/** Records, scenarios, clock and journal of one test. */
class Session {
  #admin;
  #path;

  constructor(admin, id, url, allowed) {
    this.#admin = admin;
    this.#path = `/sessions/${encodeURIComponent(id)}`;
    this.id = id;
    this.url = url;
    this.allowed = new Set(allowed);
  }

  async reset() {
    await this.#admin.call('POST', `${this.#path}/reset`, {});
    this.allowed.clear();
  }

  async scenario(scenario, times) {
    const named = typeof scenario === 'string' ? { name: scenario } : { definition: scenario };
    await this.#admin.call('POST', `${this.#path}/scenarios`, times === undefined ? named : { ...named, times });
  }

  async record({ tenant = 1, customer, location, version }, changes) {
    const query = version ? `?api_version=${encodeURIComponent(version)}` : '';
    const path = `${this.#path}/records/${tenant}/${customer}/${location}${query}`;
    const answer = await (changes ? this.#admin.call('PATCH', path, changes) : this.#admin.call('GET', path));
    return answer.record;
  }

  async clock(setting) {
    const path = `${this.#path}/clock`;
    if (setting === undefined) return this.#admin.call('GET', path);
    return this.#admin.call('PUT', path, typeof setting === 'string' ? { mode: 'frozen', at: setting } : setting);
  }

  async journal(filter = {}) {
    const query = new URLSearchParams({ ...filter, session: this.id });
    const { exchanges } = await this.#admin.call('GET', `/journal?${query}`);
    return exchanges.map(fromRow).reverse();
  }

  exchange(id) {
    return this.#admin.call('GET', `/exchanges/${id}`);
  }

  async verify(expectation) {
    const result = await this.#admin.call('POST', `/journal/verify?session=${encodeURIComponent(this.id)}`, expectation);
    if (result.ok) return;
    const { ok, sentence, ...rest } = result;
    throw new assert.AssertionError({ message: `${sentence}\n${JSON.stringify(rest, null, 2)}`, actual: rest, expected: expectation });
  }

  allow(...words) {
    for (const word of words) {
      if (word !== 'invalid' && word !== 'simulated') throw new Error(`dispatchmock: allow takes invalid and simulated, not ${word}`);
      this.allowed.add(word);
    }
  }

  async drop() {
    await this.#admin.call('DELETE', this.#path);
  }

  /** Returns the exchanges that break the contract and were not allowed to. */
  async unexpected() {
    const journal = await this.journal();
    return journal.filter((x) => x.verdict === 'violation' || (x.verdict === 'invalid' && !this.allowed.has('invalid')));
  }
}

function fromRow(row) {
  return {
    id: row.id,
    start: row.start,
    tookMs: row.took_ms,
    method: row.method,
    path: row.path,
    status: row.status,
    verdict: row.verdict,
    requestId: row.request_id,
    clientId: row.client_id,
    version: row.version,
    scenario: row.scenario,
    changed: row.changed,
    message: row.message,
  };
}

/** Returns exchanges as lines for people. */
function journalText(exchanges) {
  const lines = exchanges.map((x) => {
    const message = x.message ? `\n    ${x.message}` : '';
    return `  ${x.method} ${x.path} ${x.status} ${x.verdict}${x.scenario ? ` (${x.scenario})` : ''}${message}`;
  });
  return lines.length > 0 ? `Requests to the mock:\n${lines.join('\n')}` : 'The mock got no request.';
}

// node:http is used because fetch is missing in a browser-like test environment
// and takes no certificate of its own.
function send(method, url, token, body) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  if (token) headers.Authorization = `Bearer ${token}`;
  const secure = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, { method, headers, agent: false, ca: secure ? authorities() : undefined });
    request.on('error', reject);
    request.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (answer += part));
      response.on('end', () => resolve({ status: response.statusCode, text: answer }));
      response.on('error', reject);
    });
    request.end(text);
  });
}

// Node reads NODE_EXTRA_CA_CERTS only when it starts; the variable may have
// been set later.
function authorities() {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  return file ? [...tls.rootCertificates, readFileSync(file, 'utf8')] : undefined;
}

module.exports = { Admin, Session, journalText };

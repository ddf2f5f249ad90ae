// A small client of the mock and its admin, as a test suite would have
// it. MOCK_URL says where the server is.

import assert from 'node:assert/strict';

const server = process.env.MOCK_URL;

/** Sends a request to the admin API and returns what it says. */
export async function admin(method, path, body, status = [200, 201, 204]) {
  const response = await fetch(`${server}/_mock${path}`, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok([].concat(status).includes(response.status), `${method} ${path}: got ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** A session of the mock: records of its own. */
export class Session {
  static async create(spec = {}) {
    const made = await admin('POST', '/sessions', spec);
    return new Session(made.id, made.base_url);
  }

  constructor(id, baseURL) {
    this.id = id;
    this.baseURL = baseURL;
  }

  /** Sends a request to the mocked API; a body is read as JSON. */
  async api(method, path, headers = {}) {
    const response = await fetch(this.baseURL + path, {
      method,
      headers: { Authorization: 'Bearer dispatcher-token', 'x-tenant-id': '1', ...headers },
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      requestID: response.headers.get('x-request-id'),
      text,
      get body() { return JSON.parse(text); },
    };
  }

  admin(method, path, body, status) { return admin(method, `/sessions/${this.id}${path}`, body, status); }
  reset() { return this.admin('POST', '/reset', {}); }
  drop() { return this.admin('DELETE', ''); }
  switchOn(scenario) { return this.admin('POST', '/scenarios', typeof scenario === 'string' ? { name: scenario } : { definition: scenario }); }
  switchOff(name) { return this.admin('DELETE', `/scenarios/${name}`); }
  verify(expectation) { return admin('POST', `/journal/verify?session=${this.id}`, expectation); }
  find(requestID) { return admin('GET', `/journal/${requestID}?session=${this.id}`); }
  journal(query = '') { return admin('GET', `/journal?session=${this.id}${query}`); }

  /** Yields the exchanges of the session as they happen. */
  async *events(signal) {
    const response = await fetch(`${server}/_mock/journal/stream?session=${this.id}&after=0`, { signal });
    assert.equal(response.status, 200);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end));
        if (/^event: exchange$/m.test(text.slice(0, end))) yield JSON.parse(data[1]);
      }
    }
  }
}

export const sample = '/customers/1/locations/1/';

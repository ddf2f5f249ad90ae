// A request builder that knows what the mock knows.
import { h, fill, show, button, copy, toast } from './dom.js';
import { get, post, once } from './client.js';
import { route, href, session, oneSession } from './router.js';
import { print, parse } from './exact.js';
import { requestOf } from './again.js';
import { quote, operationPath, statusClass, sentence } from './words.js';
import { verdict } from './cors.js';
import { duration } from './when.js';

const kept = 'try-form';

export class Try {
  constructor(host) {
    this.root = h('div', { class: 'wrap' });
    fill(host, this.root);
    this.begin();
  }

  async begin() {
    try {
      const at = `/sessions/${encodeURIComponent(oneSession())}`;
      const [contract, clients, known, state, records, one] = await Promise.all([once('/contract'), once('/clients'), get('/scenarios'), get(at + '/scenarios'), get(at + '/records?limit=200'), get(at)]);
      Object.assign(this, { contract, clients: clients.clients, base: one.base_url });
      this.asked = location.hash;
      this.draw([...new Set([...(state.own || []), ...(known.scenarios || [])].map(s => s.name))], records.records);
      await this.prefill(clients);
      this.changed();
    } catch (err) {
      fill(this.root, h('div', { class: 'empty' }, h('h1', {}, 'The builder could not be filled'), h('p', {}, err.message)));
    }
  }

  update() { if (this.asked && this.asked !== location.hash) this.begin(); }

  draw(scenarios, records) {
    const f = this.f = {
      method: h('select', { id: 'try-method' }, ['DELETE', 'GET', 'POST', 'PATCH', 'PUT', 'OPTIONS'].map(m => h('option', {}, m))),
      customer: h('input', { id: 'try-customer', list: 'try-customers', autocomplete: 'off', value: '1' }),
      location: h('input', { id: 'try-location', autocomplete: 'off', value: '1' }),
      path: h('input', { id: 'try-path', autocomplete: 'off', spellcheck: 'false' }),
      client: h('select', { id: 'try-client' }, this.clients.map((c, i) => h('option', { value: String(i) }, `${c.token} – ${c.client_id}: ${(c.roles || []).join(', ')}, tenant ${(c.tenants || []).join(', ')}`)), h('option', { value: 'none' }, 'no token'), h('option', { value: 'own' }, 'another token …')),
      token: h('input', { id: 'try-token', autocomplete: 'off', spellcheck: 'false', placeholder: 'token' }),
      tenant: h('input', { id: 'try-tenant', autocomplete: 'off', placeholder: 'not sent' }),
      version: h('select', { id: 'try-version' }, h('option', { value: '' }, 'not sent (the pin decides)'), this.contract.versions.map(v => h('option', { value: v.version }, v.version))),
      request: h('input', { id: 'try-request', autocomplete: 'off', placeholder: 'not sent' }),
      scenario: h('select', { id: 'try-scenario' }, h('option', { value: '' }, 'none'), scenarios.map(n => h('option', { value: n }, n))),
      headers: h('textarea', { id: 'try-headers', rows: '3', spellcheck: 'false', class: 'code', placeholder: 'Accept: application/json' }),
      body: h('textarea', { id: 'try-body', rows: '3', spellcheck: 'false', class: 'code', placeholder: 'none' }),
    };
    const field = (label, input, ...more) => [h('label', { for: input.id }, label), more.length ? h('div', { class: 'row' }, input, more) : input];
    const api = new URL(this.base).origin;
    const foreign = api !== location.origin;
    this.cors = h('div', { 'aria-live': 'polite' });
    this.curl = h('pre', { class: 'code' });
    this.result = h('section', { class: 'stack', 'aria-label': 'Answer', 'aria-live': 'polite' }, h('div', { class: 'card' }, h('p', { class: 'quiet' }, 'The answer appears here, and the whole exchange in the traffic.')));
    this.form = h('form', { class: 'card stack', 'aria-label': 'Request' }, h('h2', {}, 'Request'), h('div', { class: 'form wideform' },
      field('Method', f.method), field('Customer', f.customer), field('Location', f.location), field('Path', f.path), field('Token', f.client, f.token), field('x-tenant-id', f.tenant),
      field('x-api-version', f.version), field('x-request-id', f.request, button('New', () => { f.request.value = uuid(); this.changed(); })), field('Scenario', f.scenario), field('More headers', f.headers), field('Body', f.body)),
    h('datalist', { id: 'try-customers' }, records.map(r => h('option', { value: String(r.customer_id) }, `${r.name.slice(0, 60)} (tenant ${r.tenant_id}, location ${r.customer_location_id})`))),
    h('div', { class: 'row' }, button('Send from the server', () => this.fromServer(), { class: 'main', title: 'Ctrl+Enter' }), button('Send from this browser', () => this.fromBrowser(), { disabled: foreign })),
    foreign && h('p', { class: 'note' }, `This browser cannot send it from here: the API is at ${api}, and the console's policy lets the page ask ${location.origin} only. The verdict on other origins holds all the same.`));
    this.form.addEventListener('submit', e => e.preventDefault());
    this.form.addEventListener('input', e => this.changed(e.target));
    fill(this.root, h('h1', {}, 'Try it ', h('span', { class: 'quiet' }, `in the session ${oneSession()}`)), h('div', { class: 'halves' }, this.form,
      h('div', { class: 'stack' }, h('section', { class: 'card stack' }, h('h2', {}, 'In a browser, from another origin'), this.cors), h('section', { class: 'card stack' }, h('h2', {}, 'As curl'), this.curl, h('div', { class: 'row' }, button('Copy curl', () => copy(this.curl.textContent, 'the curl command')))), this.result)));
  }

  async prefill(clients) {
    const q = route.query;
    const saved = JSON.parse(sessionStorage.getItem(kept) || '{}');
    const f = this.f;
    if (q.get('from')) {
      this.take(requestOf(await get('/exchanges/' + encodeURIComponent(q.get('from'))), clients));
      return;
    }
    for (const [name, input] of Object.entries(f)) if (saved[name] !== undefined) input.value = saved[name];
    if (f.client.selectedIndex < 0) f.client.selectedIndex = 0;
    for (const name of ['customer', 'location', 'tenant', 'scenario']) if (q.get(name)) f[name].value = q.get(name);
    if (q.get('tenant')) this.client(c => c.tenants.map(String).includes(q.get('tenant')) && c.roles.includes('Dispatcher'));
    else if (!Object.keys(saved).length) this.tenantOf();
    if (!f.path.value || q.get('customer')) this.pathOf();
  }

  // take fills the form with a request that was made.
  take({ send, client, unknown }) {
    const f = this.f;
    f.method.value = send.method;
    if (f.method.selectedIndex < 0) { f.method.append(h('option', {}, send.method)); f.method.value = send.method; }
    f.path.value = send.path;
    const ids = operationPath.exec(send.path.split('?')[0]);
    if (ids) [, f.customer.value, f.location.value] = ids;
    f.client.value = client ? String(this.clients.indexOf(this.clients.find(c => c.client_id === client.client_id))) : unknown ? 'own' : 'none';
    f.tenant.value = f.request.value = f.version.value = f.scenario.value = '';
    const rest = [];
    for (const { name, value } of send.headers) {
      const n = name.toLowerCase();
      if (n === 'authorization') continue;
      const input = { 'x-tenant-id': f.tenant, 'x-request-id': f.request, 'x-api-version': f.version, 'x-mock-scenario': f.scenario }[n];
      if (input && !input.value) {
        input.value = value;
        if (input.value === value) continue;
      }
      rest.push(`${name}: ${value}`);
    }
    f.headers.value = rest.join('\n');
    f.body.value = send.body;
    if (unknown) toast('The token of this request was not kept: put one in.');
  }

  client(test) {
    const i = this.clients.findIndex(test);
    if (i >= 0) this.f.client.value = String(i);
  }

  tenantOf() {
    const c = this.clients[Number(this.f.client.value)];
    if (c && c.tenants?.length) this.f.tenant.value = String(c.tenants[0]);
  }

  pathOf() { this.f.path.value = `/customers/${encodeURIComponent(this.f.customer.value)}/locations/${encodeURIComponent(this.f.location.value)}`; }

  changed(input) {
    const f = this.f;
    if (input === f.customer || input === f.location) this.pathOf();
    if (input === f.client) this.tenantOf();
    f.token.hidden = f.client.value !== 'own';
    sessionStorage.setItem(kept, JSON.stringify(Object.fromEntries(Object.entries(f).map(([n, i]) => [n, i.value]))));
    const r = this.request();
    this.curl.textContent = this.asCurl(r);
    const v = verdict(this.contract, r.method, r.headers);
    fill(this.cors, h('p', { class: 'note ' + (v.allowed ? 'good-note' : 'bad-note') }, h('strong', {}, v.allowed ? '✓ It would be sent.' : '✕ It would never be sent: the page sees only a network error.')),
      v.against.map(a => h('p', {}, a)), h('p', { class: 'quiet' }, `By ${v.lists}. `, v.preflight ? 'The browser asks first, by a preflight (OPTIONS). ' : 'No preflight is needed. ',
        v.unread.length ? `Of the answer the page cannot read ${v.unread.join(' and ')}.` : ''));
  }

  request() {
    const f = this.f;
    const headers = [];
    const token = f.client.value === 'own' ? f.token.value : this.clients[Number(f.client.value)]?.token;
    if (token) headers.push({ name: 'Authorization', value: `Bearer ${token}` });
    for (const [name, input] of [['x-tenant-id', f.tenant], ['x-api-version', f.version], ['x-request-id', f.request], ['X-Mock-Scenario', f.scenario]]) if (input.value) headers.push({ name, value: input.value });
    for (const line of f.headers.value.split('\n')) {
      const [name, value] = line.split(/:(.*)/s);
      if (name.trim()) headers.push({ name: name.trim(), value: (value || '').trim() });
    }
    return { method: f.method.value, path: f.path.value || '/', headers, body: f.body.value };
  }

  asCurl(r) {
    return ['curl -i', r.method === 'GET' ? '' : `-X ${quote(r.method)}`, ...r.headers.map(x => `-H ${quote(`${x.name}: ${x.value}`)}`), r.body ? `--data-raw ${quote(r.body)}` : '', quote(this.base + r.path)].filter(Boolean).join(' ');
  }

  async fromServer() {
    const r = this.request();
    if (!r.body) delete r.body;
    this.answered(await post('/send', { session: oneSession(), ...r }), 'the server');
  }

  async fromBrowser() {
    const r = this.request();
    const url = this.base + r.path;
    const start = performance.now();
    let a;
    try {
      const response = await fetch(url, { method: r.method, headers: r.headers.map(x => [x.name, x.value]), body: r.body && !['GET', 'HEAD'].includes(r.method) ? r.body : undefined, cache: 'no-store' });
      a = { status: response.status, reason: response.statusText, body: await response.text(), id: response.headers.get('X-REQUEST-ID') };
    } catch (err) {
      a = { status: 0, reason: '', body: '', error: `The browser says: ${err.message}` };
    }
    a.took = performance.now() - start;
    if (a.id) a.exchange = await get(`/journal/${encodeURIComponent(a.id)}?session=${encodeURIComponent(oneSession())}`).catch(() => null);
    this.answered(a, 'this browser');
  }

  answered(a, whence) {
    let body = a.body;
    try { body = print(parse(a.body)); } catch { /* it is not JSON */ }
    const x = a.exchange;
    fill(this.result, h('div', { class: 'card stack' }, h('h2', {}, h('span', { class: 'status ' + statusClass(a.status) }, a.status || 'No whole answer'), ' ', show(a.reason, 500)),
      a.error && h('p', { class: 'note bad-note' }, show(a.error, 1000)), x && x.problems.map(p => h('p', { class: 'violation' }, show(sentence(p), 1000))),
      h('p', { class: 'quiet' }, `Sent from ${whence}. `, x ? [duration(x.took_ms), ' ', h('a', { href: href('traffic', [x.id], { session: session() }) }, 'All about this exchange')] : 'The journal has no record of it.'),
      body && h('pre', { class: 'code', tabindex: '0' }, show(body))));
    this.result.scrollIntoView({ block: 'nearest' });
  }

  key(k) {
    if (k === 'submit') { this.fromServer().catch(err => toast(err.message, 'bad')); return true; }
    if (k === '/') { this.f?.path.focus(); return true; }
    return false;
  }
}

// uuid is for pages of plain HTTP at another name than localhost, too.
function uuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const x = [...b].map(n => n.toString(16).padStart(2, '0')).join('');
  return [x.slice(0, 8), x.slice(8, 12), x.slice(12, 16), x.slice(16, 20), x.slice(20)].join('-');
}

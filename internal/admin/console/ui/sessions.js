// The sessions, which do not see one another.
import { h, fill, show, button, copy, toast, ask } from './dom.js';
import { get, post, put, del } from './client.js';
import { href, session, go } from './router.js';
import { Num } from './exact.js';
import { time, count } from './when.js';
import { step } from './steps.js';

const modes = { real: 'the machine\'s time', frozen: 'stands still', offset: 'the machine\'s time and a difference', step: 'moves on by a step at each request' };

export class Sessions {
  constructor(host) {
    this.list = h('div', { class: 'grid' });
    this.form = this.maker();
    fill(host, h('div', { class: 'wrap' }, h('div', { class: 'stack' }, h('h1', {}, 'Sessions'),
      h('p', { class: 'quiet' }, 'Each session has records, version pins, a clock, request IDs, scenarios and a journal of its own. Parallel tests take one each. A request names its session by the base URL, by the header X-Mock-Session, or by the host name ID.localhost.')),
    this.form, this.list));
    this.update();
    this.timer = setInterval(() => { if (!document.querySelector('dialog[open]') && !this.list.contains(document.activeElement)) this.update(); }, 3000);
  }

  maker() {
    const field = (id, label, input) => [h('label', { for: id }, label), input];
    this.id = h('input', { id: 'make-id', placeholder: 'checkout-test (or leave it empty)', autocomplete: 'off', spellcheck: 'false' });
    this.name = h('input', { id: 'make-name', placeholder: 'for people', autocomplete: 'off' });
    this.mode = h('select', { id: 'make-clock' }, Object.entries(modes).map(([m, about]) => h('option', { value: m }, `${m} – ${about}`)));
    this.when = h('input', { id: 'make-at', autocomplete: 'off', spellcheck: 'false', placeholder: '2022-08-20T01:38:16Z' });
    this.shift = h('input', { id: 'make-shift', autocomplete: 'off', spellcheck: 'false', placeholder: '1s or -24h' });
    this.seed = h('input', { id: 'make-seed', inputmode: 'numeric', autocomplete: 'off', placeholder: 'random unless you give a number' });
    const form = h('form', { class: 'card stack', 'aria-label': 'Make a session' }, h('h2', {}, 'Make a session'), h('div', { class: 'form wideform pairs2' },
      field('make-id', 'ID', this.id), field('make-name', 'Name', this.name), field('make-clock', 'Clock', this.mode),
      field('make-at', 'Clock at', this.when), field('make-shift', 'Step or offset', this.shift), field('make-seed', 'Seed of request IDs', this.seed)),
    h('div', { class: 'row' }, h('button', { type: 'submit', class: 'main' }, 'Make it')), this.wrong = h('ul', { class: 'errors', 'aria-live': 'polite' }));
    const fit = () => {
      const m = this.mode.value;
      this.when.disabled = m === 'real' || m === 'offset';
      this.shift.disabled = m === 'real' || m === 'frozen';
    };
    this.mode.addEventListener('change', fit);
    fit();
    form.addEventListener('submit', e => { e.preventDefault(); this.make(); });
    return form;
  }

  async make() {
    const body = {};
    if (this.id.value.trim()) body.id = this.id.value.trim();
    if (this.name.value.trim()) body.name = this.name.value.trim();
    if (this.mode.value !== 'real') body.clock = clockOf(this.mode.value, this.when.value, this.shift.value);
    const seed = this.seed.value.trim();
    if (seed) {
      if (!/^[0-9]+$/.test(seed)) return this.refuse([{ pointer: '/request_ids/seed', rule: 'must be a whole number from 0 on' }]);
      body.request_ids = { mode: 'seed', seed: new Num(seed) };
    }
    try {
      const made = await post('/sessions', body);
      fill(this.wrong);
      this.id.value = this.name.value = '';
      toast(`Made the session ${made.id}.`);
      this.update();
    } catch (err) {
      this.refuse(err.errors?.length ? err.errors : [{ pointer: '', rule: err.message }]);
    }
    return undefined;
  }

  refuse(errors) { fill(this.wrong, errors.map(f => h('li', {}, show(`${f.pointer} ${f.value || ''} ${f.rule}`, 600)))); }

  async update() {
    const turn = this.turn = (this.turn || 0) + 1;
    const found = await get('/sessions').catch(err => { toast(err.message, 'bad'); return null; });
    if (found && turn === this.turn) fill(this.list, found.sessions.map(s => this.card(s)));
  }

  card(s) {
    const path = `/sessions/${encodeURIComponent(s.id)}`;
    const shown = session() === s.id;
    return h('article', { class: 'card item' + (shown ? ' is-on' : ''), 'aria-label': `Session ${s.id}` },
      h('h2', {}, h('a', { href: href('traffic', [], { session: s.id }), 'data-step': true }, s.id), s.name && h('span', { class: 'quiet' }, ' ', show(s.name, 128))),
      h('p', {}, h('code', {}, s.base_url)),
      h('p', {}, `clock ${s.clock.mode}: `, time(s.clock.now), s.clock.step ? `, ${s.clock.step} a request` : '', s.clock.offset ? `, ${s.clock.offset}` : ''),
      h('p', {}, `request IDs ${s.request_ids.mode === 'seed' ? `from the seed ${s.request_ids.seed}` : 'random'}; ${count(s.changed_records, 'record')} changed`),
      (s.scenarios_on || []).length > 0 && h('p', {}, 'on: ', s.scenarios_on.map(n => [h('span', { class: 'tag on' }, n), ' '])),
      s.fixtures_are_old && h('p', { class: 'note' }, 'The fixtures have changed since; a reset brings it up to date.'),
      h('p', {}, 'used ', time(s.used), s.ttl ? `; dropped when idle for ${s.ttl}` : ''),
      h('div', { class: 'row' }, button('Copy base URL', () => copy(s.base_url, 'the base URL')),
        button('Clock', () => this.clock(path)), button('Seed', () => this.reseed(path)),
        button('Reset', async () => { await post(`${path}/reset`, { keep_journal: true }); toast(`${s.id} is as it was made.`); this.update(); }),
        s.id !== 'default' && button('Drop', async () => { await del(path); toast(`Dropped ${s.id}.`); if (shown) go('sessions', [], { session: '' }); this.update(); }, { class: 'danger' })));
  }

  async clock(path) {
    const a = await ask('Clock', [{ name: 'mode', label: 'Mode', options: Object.keys(modes) }, { name: 'at', label: 'At', hint: '2022-08-20T01:38:16Z' }, { name: 'by', label: 'Step or offset', hint: '1s or -24h' }], 'Set the clock');
    if (!a) return;
    await put(`${path}/clock`, clockOf(a.mode, a.at, a.by));
    this.update();
  }

  async reseed(path) {
    const a = await ask('Request IDs', [{ name: 'seed', label: 'Seed', hint: 'empty: random', type: 'text' }], 'Set the seed');
    if (!a) return;
    if (a.seed.trim() && !/^[0-9]+$/.test(a.seed.trim())) throw new Error('The seed must be a whole number from 0 on.');
    await put(`${path}/request-ids`, a.seed.trim() ? { mode: 'seed', seed: new Num(a.seed.trim()) } : { mode: 'random' });
    this.update();
  }

  key(k) {
    if (k === '/') { this.id.focus(); return true; }
    return k === 'j' || k === 'k' ? step(this.list, k === 'j' ? 1 : -1) : false;
  }

  leave() { clearInterval(this.timer); }
}

function clockOf(mode, at, by) {
  const c = { mode };
  if ((mode === 'frozen' || mode === 'step') && at.trim()) c.at = at.trim();
  if (mode === 'offset') c.offset = by.trim();
  if (mode === 'step') c.step = by.trim();
  return c;
}

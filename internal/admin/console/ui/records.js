// The records of a session.
import { h, fill, show, button, toast } from './dom.js';
import { get, post } from './client.js';
import { route, href, refine, go, oneSession } from './router.js';
import { count } from './when.js';
import { step } from './steps.js';
import { RecordView } from './record.js';
import { print } from './exact.js';

const size = 50;
const columns = [['name', 'Name'], ['key', 'Tenant'], ['customer', 'Customer'], ['location', 'Location'], ['active', 'State'], ['changed', 'Changed']];

export const base = () => `/sessions/${encodeURIComponent(oneSession())}`;

export class Records {
  constructor(host) {
    this.host = host;
    this.update();
  }

  update() {
    if (route.parts.length === 3) {
      const key = [oneSession(), ...route.parts].join('/');
      if (this.shown !== key) {
        this.shown = key;
        this.record = new RecordView(this.host, route.parts);
      } else {
        this.record.update();
      }
      return;
    }
    this.record = null;
    if (this.shown !== 'list') {
      this.shown = 'list';
      this.frame();
    }
    this.load();
  }

  frame() {
    this.search = h('input', { type: 'search', class: 'search', placeholder: 'Search names, notes and numbers (/)', 'aria-label': 'Search the records', autocomplete: 'off', value: route.query.get('search') || '' });
    let timer;
    this.search.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => { refine({ search: this.search.value, page: '' }); this.load(); }, 200);
    });
    this.tabs = h('div', { class: 'row segments', role: 'group', 'aria-label': 'What is shown' });
    this.body = h('div', { class: 'card wide', tabindex: '0', role: 'region', 'aria-label': 'Records' });
    this.pager = h('nav', { class: 'pager', 'aria-label': 'Pages' });
    fill(this.host, h('div', { class: 'wrap' }, h('div', { class: 'row apart' },
      h('h1', {}, 'Records ', this.which = h('span', { class: 'quiet' })),
      h('div', { class: 'row' }, button('Reset the session', () => this.reset(), { class: 'danger', title: 'All records, pins, scenarios and the clock, as they were' }))),
    h('div', { class: 'row' }, this.tabs, this.search), this.body, this.pager));
  }

  async load() {
    const changes = route.query.get('show') === 'diff';
    this.which.textContent = `of the session ${oneSession()}`;
    fill(this.tabs, [['Records', ''], ['Differences from the fixtures', 'diff']].map(([label, value]) =>
      h('button', { type: 'button', 'aria-pressed': String(changes === (value === 'diff')), onclick: () => { refine({ show: value, page: '' }); this.load(); } }, label)));
    this.search.hidden = changes;
    this.pager.hidden = changes;
    const turn = this.turn = (this.turn || 0) + 1;
    try {
      if (changes) await this.differences(turn);
      else await this.page(turn);
    } catch (err) {
      if (turn === this.turn) fill(this.body, h('div', { class: 'empty' }, h('h2', {}, 'The records could not be read'), h('p', {}, err.message)));
    }
  }

  async page(turn) {
    const sort = route.query.get('sort') || 'key';
    const order = route.query.get('order') || 'asc';
    const search = route.query.get('search') || '';
    const at = Math.max(0, Number(route.query.get('page')) || 0);
    const found = await get(`${base()}/records?${new URLSearchParams({ sort, order, search, offset: String(at * size), limit: String(size) })}`);
    if (turn !== this.turn) return;
    if (!found.total) {
      fill(this.pager);
      fill(this.body, h('div', { class: 'empty' }, h('h2', {}, search ? 'No record matches' : 'This session has no records'),
        search && button('Show all records', () => { this.search.value = ''; refine({ search: '', page: '' }); this.load(); }),
        h('p', {}, search ? 'The search looks in names, notes, account and reference numbers, and at whole identifiers.' : 'Start the mock with --fixtures DIR to give it some.')));
      return;
    }
    fill(this.body, h('table', { class: 'records' }, h('caption', { class: 'off' }, 'Records'),
      h('thead', {}, h('tr', {}, columns.map(([key, label]) => this.heading(key, label, sort, order)))),
      h('tbody', {}, found.records.map(r => this.row(r)))));
    const last = Math.ceil(found.total / size) - 1;
    const move = (label, to, off) => h('button', { type: 'button', disabled: off, onclick: () => { refine({ page: to ? String(to) : '' }); this.load(); this.body.scrollTop = 0; } }, label);
    fill(this.pager, move('« First', 0, at === 0), move('‹ Previous', at - 1, at === 0),
      h('span', {}, `${(at * size + 1).toLocaleString('en')} to ${Math.min(found.total, (at + 1) * size).toLocaleString('en')} of ${count(found.total, 'record')}`),
      move('Next ›', at + 1, at >= last), move('Last »', last, at >= last));
  }

  heading(key, label, sort, order) {
    const on = key === sort;
    return h('th', { scope: 'col', 'aria-sort': on && (order === 'desc' ? 'descending' : 'ascending') },
      h('button', { type: 'button', class: 'sort', onclick: () => { refine({ sort: key, order: on && order === 'asc' ? 'desc' : '', page: '' }); this.load(); } }, label, on ? (order === 'desc' ? ' ↓' : ' ↑') : ''));
  }

  row(r) {
    const key = [r.tenant_id, r.customer_id, r.customer_location_id].map(String);
    return h('tr', { class: 'choose' }, h('th', { scope: 'row' }, h('a', { href: href('records', key), 'data-step': true }, show(r.name || '(no name)', 200))),
      key.map(n => h('td', { class: 'num' }, n)),
      h('td', {}, r.is_active ? '● active' : '○ inactive'), h('td', {}, r.changed ? h('span', { class: 'tag on' }, 'changed') : ''));
  }

  async differences(turn) {
    const d = await get(`${base()}/diff`);
    if (turn !== this.turn) return;
    const pins = Object.entries(d.pins || {});
    if (!d.patch.length && !pins.length) {
      fill(this.body, h('div', { class: 'empty' }, h('h2', {}, 'Nothing differs from the fixtures'), h('p', {}, 'Deactivate a customer, or edit a record, and it shows here.')));
      return;
    }
    fill(this.body, d.patch.length > 0 && h('table', {}, h('caption', {}, `${count(d.patch.length, 'change')} of records`),
      h('thead', {}, h('tr', {}, ['Record', 'Member', 'Change', 'Value now'].map(t => h('th', { scope: 'col' }, t)))),
      h('tbody', {}, d.patch.slice(0, 1000).map(op => {
        const [, tenant, customer, location, member] = /^\/records\/(-?\d+)[,/](-?\d+)[,/](-?\d+)(.*)$/s.exec(op.path) || ['', '', '', '', op.path];
        return h('tr', {}, h('td', { class: 'num' }, h('a', { href: href('records', [tenant, customer, location]), 'data-step': true }, `${tenant} / ${customer} / ${location}`)),
          h('td', {}, h('code', {}, show(member || 'the whole record', 300))), h('td', {}, op.op), h('td', {}, h('code', {}, op.value === undefined ? '–' : show(print(op.value, 0), 400))));
      }))),
    pins.length > 0 && h('table', {}, h('caption', {}, 'Version pins'), h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Client ID'), h('th', { scope: 'col' }, 'Pinned to'))),
      h('tbody', {}, pins.map(([id, v]) => h('tr', {}, h('td', {}, show(id, 200)), h('td', {}, v))))));
  }

  async reset() {
    await post(`${base()}/reset`, { keep_journal: true });
    toast(`The session ${oneSession()} is as it was made.`);
    this.load();
  }

  key(k) {
    if (this.record) return k === 'Escape' ? (go('records', []), true) : this.record.key(k);
    if (k === '/') { this.search.focus(); return true; }
    if (k === 'j' || k === 'k') return step(this.body, k === 'j' ? 1 : -1);
    return false;
  }
}

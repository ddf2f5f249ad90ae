// What the journal's exchanges have touched, as a grid that needs no colour.
import { h } from './dom.js';
import { count } from './when.js';

const statuses = [200, 400, 401, 403, 404, 405, 406, 409, 410, 429, 500, 501];

export function coverage(contract, rows, more) {
  const methods = contract.operations.map(o => o.method);
  const versions = contract.versions.map(v => v.version);
  const byVersion = tally(rows, r => `${r.method} ${r.version}`);
  const byStatus = tally(rows, r => `${r.method} ${r.status}`);
  const other = [...new Set(rows.map(r => r.status))].filter(s => !statuses.includes(s)).sort((a, b) => a - b);
  const all = [...statuses, ...other.slice(0, 10)];
  return [
    h('p', { class: 'quiet' }, rows.length ? `From ${count(rows.length, 'exchange')} that the journal still has${more ? ' (the newest)' : ''}. A number is how many; a dot is none yet.` : 'The journal has no exchange yet; every cell is a dot.'),
    grid('Operation by version in force', 'Method', methods, versions, (m, v) => byVersion.get(`${m} ${v}`), () => false),
    grid('Operation by status answered', 'Method', methods, all, (m, s) => byStatus.get(`${m} ${s}`), s => s >= 400 || s === 0),
  ];
}

function tally(rows, key) {
  const t = new Map();
  for (const r of rows) t.set(key(r), (t.get(key(r)) || 0) + 1);
  return t;
}

function grid(caption, corner, rows, columns, value, bad) {
  return h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': caption }, h('table', {}, h('caption', {}, caption),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, corner), columns.map(c => h('th', { scope: 'col', class: 'cell' }, c === 0 ? 'none' : String(c))))),
    h('tbody', {}, rows.map(r => h('tr', {}, h('th', { scope: 'row' }, h('code', {}, r)), columns.map(c => {
      const n = value(r, c);
      return h('td', { class: 'cell' + (n ? (bad(c) ? ' bad' : ' some') : '') }, n ? String(n) : '·');
    }))))));
}

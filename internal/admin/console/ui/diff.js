// What differs between two texts, line by line.
import { h, show } from './dom.js';

// The longest texts, in lines, that are compared in full.
const most = 1500;

// lines pairs up lines: [mark, left, right], mark being " ", "-", "+" or "~".
function compare(a, b) {
  const out = [];
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) out.push([' ', a[from], b[from++]]);
  let back = 0;
  while (back < a.length - from && back < b.length - from && a[a.length - 1 - back] === b[b.length - 1 - back]) back++;
  const x = a.slice(from, a.length - back);
  const y = b.slice(from, b.length - back);
  if (x.length > most || y.length > most) {
    x.forEach(l => out.push(['-', l, null]));
    y.forEach(l => out.push(['+', null, l]));
  } else {
    out.push(...middle(x, y));
  }
  for (let i = back; i > 0; i--) out.push([' ', a[a.length - i], b[b.length - i]]);
  return out;
}

// middle finds the longest common lines.
function middle(x, y) {
  const w = y.length + 1;
  const best = new Uint16Array((x.length + 1) * w);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--) {
      best[i * w + j] = x[i] === y[j] ? best[(i + 1) * w + j + 1] + 1 : Math.max(best[(i + 1) * w + j], best[i * w + j + 1]);
    }
  }
  const out = [];
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) out.push([' ', x[i++], y[j++]]);
    else if (j >= y.length || (i < x.length && best[(i + 1) * w + j] >= best[i * w + j + 1])) out.push(['-', x[i++], null]);
    else out.push(['+', null, y[j++]]);
  }
  return out;
}

const label = { '-': 'removed: ', '+': 'added: ', ' ': '' };

// unified shows what was taken away and what was added, with a few lines
// around it.
export function unified(before, after, around = 3) {
  const all = compare(before.split('\n'), after.split('\n'));
  const near = all.map((l, i) => all.slice(Math.max(0, i - around), i + around + 1).some(o => o[0] !== ' '));
  const body = [];
  let left = 0;
  const fold = () => {
    if (left) body.push(h('div', { class: 'fold' }, `${left} line${left === 1 ? '' : 's'} alike`));
    left = 0;
  };
  all.forEach((l, i) => {
    if (!near[i]) { left++; return; }
    fold();
    body.push(line(l[0], l[0] === '+' ? l[2] : l[1]));
  });
  fold();
  return h('div', { class: 'diff', role: 'group', 'aria-label': 'Difference', tabindex: '0' }, body);
}

function line(mark, text) {
  return h('div', { class: 'line d' + { ' ': '0', '-': 'minus', '+': 'plus' }[mark] },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, mark), h('span', { class: 'off' }, label[mark]), show(text, 4000));
}

// beside shows two texts side by side, with what differs marked.
export function beside(titles, left, right) {
  const rows = [];
  const all = compare(left.split('\n'), right.split('\n'));
  for (let i = 0; i < all.length; i++) {
    const [mark, l, r] = all[i];
    let same = i;
    while (all[same]?.[0] === ' ') same++;
    const before = i === 0 ? 0 : 3;
    const after = same === all.length ? 0 : 3;
    if (same - i > before + after + 3 && all.some(one => one[0] !== ' ')) {
      const hide = same - i - before - after;
      for (const one of all.slice(i, i + before)) rows.push(pair('same', one[1], one[2]));
      rows.push(folded(all.slice(i + before, i + before + hide)));
      for (const one of all.slice(same - after, same)) rows.push(pair('same', one[1], one[2]));
      i = same - 1;
    } else if (mark === '-' && all[i + 1]?.[0] === '+') {
      rows.push(pair('change', l, all[++i][2]));
    } else {
      rows.push(pair({ ' ': 'same', '-': 'minus', '+': 'plus' }[mark], l, r));
    }
  }
  const n = all.filter(l => l[0] !== ' ').length;
  return h('div', { class: 'beside' }, h('table', { class: 'pairs' },
    h('caption', {}, n ? `${n} lines differ; they are marked.` : 'Both are the same.'),
    h('thead', {}, h('tr', {}, titles.map(t => h('th', { scope: 'col' }, t)))), h('tbody', {}, rows)));
}

// folded stands for lines that are alike, and shows them when it is asked.
function folded(lines) {
  const row = h('tr', { class: 'fold' }, h('td', { colspan: '2' }, h('button', { type: 'button', class: 'more', onclick: () => {
    row.replaceWith(...lines.map(one => pair('same', one[1], one[2])));
  } }, `Show ${lines.length} lines that are alike`)));
  return row;
}

function pair(kind, l, r) {
  const cell = (text, sign) => h('td', { class: text === null ? 'none' : '' },
    h('span', { class: 'sign' }, text !== null && kind !== 'same' ? sign : ' '), text === null ? '' : show(text, 4000));
  return h('tr', { class: 'p-' + kind }, cell(l, '−'), cell(r, '+'));
}

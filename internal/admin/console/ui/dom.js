// Elements are made from text only: nothing that a client sent is ever read as
// HTML.

// h makes an element. Properties that begin with "on" are listeners, "class"
// is the class, data-*, aria-* and the like are attributes; children are nodes,
// texts, lists of them, or nothing.
export function h(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
    else if (name === 'value') e.value = value;
    else if (name === 'checked' || name === 'disabled' || name === 'hidden' || name === 'selected' || name === 'readOnly') e[name] = value;
    else e.setAttribute(name, value === true ? '' : value);
  }
  add(e, children);
  return e;
}

function add(e, children) {
  for (const c of children) {
    if (c === undefined || c === null || c === false) continue;
    if (Array.isArray(c)) add(e, c);
    else e.append(c instanceof Node ? c : String(c));
  }
}

// fill puts children in the place of those that an element has.
export function fill(e, ...children) {
  const parts = document.createDocumentFragment();
  add(parts, children);
  e.replaceChildren(parts);
  return e;
}

export const byId = id => document.getElementById(id);

// button makes a button that shows what went wrong, and cannot be pressed
// twice while it works.
export function button(label, act, props) {
  const b = h('button', { type: 'button', ...props, onclick: async event => {
    if (b.getAttribute('aria-busy')) return;
    b.setAttribute('aria-busy', 'true');
    try {
      await act(event);
    } catch (err) {
      toast(err.message || String(err), 'bad');
    } finally {
      b.removeAttribute('aria-busy');
    }
  } }, label);
  return b;
}

// toast shows something that nobody needs to answer.
export function toast(text, kind) {
  const t = h('div', { class: 'toast ' + (kind || '') }, show(text, 400),
    h('button', { type: 'button', 'aria-label': 'Dismiss', onclick: () => t.remove() }, '×'));
  const all = byId('toasts');
  all.append(t);
  while (all.childElementCount > 3) all.firstChild.remove();
  setTimeout(() => t.remove(), kind === 'bad' ? 12000 : 5000);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the right to the clipboard (another machine, plain HTTP) the old
    // way may still do.
    const area = h('textarea', { class: 'off', value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error('The browser does not let this page copy.');
  }
  toast(`Copied ${what}.`);
}

// hidden matches characters that do not show or that turn the direction of
// what follows: they are shown by their numbers.
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

// show returns nodes of a text, cut at a limit: what does not show is marked,
// and the text's direction stays within it.
export function show(text, limit = 20000) {
  text = String(text);
  const e = h('bdi', { class: 'text' });
  let upTo = 0;
  const more = count => {
    const end = Math.min(text.length, upTo + count);
    const piece = text.slice(upTo, end);
    let at = 0;
    const parts = document.createDocumentFragment();
    let marks = 0;
    for (const m of piece.matchAll(hidden)) {
      if (marks++ > 2000) break;
      parts.append(piece.slice(at, m.index));
      parts.append(h('span', { class: 'odd', title: 'a character that does not show' }, 'U+' + m[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')));
      at = m.index + 1;
    }
    parts.append(piece.slice(at).replace(hidden, '\u00b7'));
    e.append(parts);
    upTo = end;
    if (upTo < text.length) {
      const rest = h('button', { type: 'button', class: 'more', onclick: () => { rest.remove(); more(100000); } },
        `… ${(text.length - upTo).toLocaleString('en')} more characters`);
      e.append(limit < 1000 ? '…' : rest);
    }
  };
  more(limit);
  return e;
}

// ask shows a dialog with a form and returns its values, or null.
export function ask(title, fields, action, about) {
  return new Promise(resolve => {
    const inputs = {};
    const form = h('form', { method: 'dialog', class: 'form' });
    for (const f of fields) {
      const input = inputs[f.name] = f.options
        ? h('select', { id: 'ask-' + f.name }, f.options.map(o => h('option', { value: o }, o)))
        : h('input', { id: 'ask-' + f.name, type: f.type || 'text', placeholder: f.hint, autocomplete: 'off', required: f.required });
      if (f.value !== undefined) input.value = f.value;
      form.append(h('label', { for: 'ask-' + f.name }, f.label), input);
    }
    const d = h('dialog', { 'aria-label': title }, h('h2', {}, title), about && h('p', {}, about), form);
    let answer = null;
    form.addEventListener('submit', () => {
      answer = Object.fromEntries(Object.entries(inputs).map(([name, i]) => [name, i.value]));
    });
    form.append(h('div', { class: 'row end' }, h('button', { type: 'button', onclick: () => d.close() }, 'Cancel'), h('button', { type: 'submit', class: 'main' }, action)));
    d.addEventListener('close', () => { d.remove(); resolve(answer); });
    document.body.append(d);
    d.showModal();
  });
}

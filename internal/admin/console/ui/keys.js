// The keyboard: everything that the mouse can do.
import { h, byId } from './dom.js';
import { go } from './router.js';

const views = ['traffic', 'records', 'scenarios', 'contract', 'sessions', 'try'];

const keys = [
  ['1 … 6', 'Traffic, Records, Scenarios, Contract, Sessions, Try it'],
  ['/', 'search in this view'],
  ['j, k', 'next and previous row'],
  ['Enter', 'open the row that has the focus'],
  ['Esc', 'close what is open; leave a field'],
  ['p', 'pause the traffic, and go on'],
  ['c', 'copy the exchange, as curl or what was chosen last'],
  ['s', 'send the exchange again'],
  ['e', 'send the exchange changed'],
  ['Ctrl+Enter', 'in an editor or the request builder: save or send'],
  ['?', 'this help'],
];

export function help() {
  if (document.querySelector('dialog[open]')) return;
  const d = h('dialog', { 'aria-label': 'Keys and help', class: 'help' }, h('h2', {}, 'Keys'),
    h('table', {}, h('tbody', {}, keys.map(([k, what]) => h('tr', {}, h('th', { scope: 'row' }, k.split(/(, | … )/).map((p, i) => i % 2 ? p : h('kbd', {}, p))), h('td', {}, what))))),
    h('p', {}, 'How to use the mock: ', h('a', { href: '/_mock/help/' }, 'the manual'), '.'),
    h('p', {}, 'Everything here goes through the admin API, so a script can do it too: ', h('a', { href: '/_mock/openapi.json' }, 'openapi.json'), '.'),
    h('form', { method: 'dialog', class: 'row end' }, h('button', { class: 'main' }, 'Close')));
  d.addEventListener('close', () => d.remove());
  document.body.append(d);
  d.showModal();
}

// typing reports a key that belongs to a field.
function typing(target) {
  return target.closest('textarea, select, [contenteditable]') || (target.tagName === 'INPUT' && !['checkbox', 'radio', 'button'].includes(target.type));
}

export function listen(view) {
  byId('help').addEventListener('click', help);
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape' && typing(event.target)) {
      event.target.blur();
      event.preventDefault();
      return;
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      if (view()?.key?.('submit')) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === '?') {
      help();
    } else if (event.key >= '1' && event.key <= String(views.length)) {
      go(views[event.key - 1]);
    } else if (!view()?.key?.(event.key)) {
      return;
    }
    event.preventDefault();
  });
}

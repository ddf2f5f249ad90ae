// What of the contract the session has tried, as tiles that need no colour:
// each has a mark, and those that are open say how to try them.
import { h, show, button, copy } from './dom.js';
import { href } from './router.js';

export function coverage(c) {
  return [
    h('p', {}, h('strong', {}, `${c.percent} %`), ` of what is documented was tried: ${c.covered} of ${c.total}. ✓ was tried, with how often; ○ was not, and opens to the command that tries it.`),
    h('progress', { max: String(c.total), value: String(c.covered), 'aria-label': 'Coverage' }),
    c.how_to_run && h('p', {}, show(c.how_to_run, 1000)),
    c.groups.map(g => h('section', { class: 'stack' },
      h('h3', {}, `${g.name}: ${g.covered} of ${g.total}`, ' ', h('span', { class: 'quiet' }, g.about, g.documented ? '' : ' (not counted above)')),
      h('ul', { class: 'tiles' }, g.items.map(tile)))),
  ];
}

function tile(item) {
  if (item.covered) {
    return h('li', { class: 'tile tried' }, h('span', { class: 'mark', 'aria-hidden': 'true' }, '✓'), h('span', { class: 'off' }, 'tried: '),
      item.request_id ? h('a', { href: href('traffic', [], { text: item.request_id }) }, show(item.name, 200)) : show(item.name, 200),
      h('span', { class: 'quiet' }, ` × ${item.count}`));
  }
  return h('li', { class: 'tile' }, h('details', {}, h('summary', {}, h('span', { class: 'mark', 'aria-hidden': 'true' }, '○'), h('span', { class: 'off' }, 'not tried: '), show(item.name, 200)),
    h('p', {}, show(item.sentence || '', 1000)),
    item.command && [h('pre', { class: 'code', tabindex: '0' }, show(item.command, 4000)), button('Copy', () => copy(item.command, 'the command'))]));
}

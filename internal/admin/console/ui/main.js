// Puts the page together: the views, the choice of the session, the keys.
import { h, fill, byId, toast, show } from './dom.js';
import { get } from './client.js';
import { onRoute, route, href, session, start } from './router.js';
import { listen } from './keys.js';
import { Traffic } from './traffic.js';

// Only the first view is loaded at once.
const views = {
  traffic: async () => Traffic,
  records: async () => (await import('./records.js')).Records,
  scenarios: async () => (await import('./scenarios.js')).Scenarios,
  contract: async () => (await import('./contract.js')).Contract,
  sessions: async () => (await import('./sessions.js')).Sessions,
  try: async () => (await import('./try.js')).Try,
};

let shown = '';
let view = null;

async function turn() {
  const name = views[route.view] ? route.view : 'traffic';
  for (const a of byId('tabs').children) {
    const its = a.getAttribute('href').slice(2).split('?')[0];
    a.href = href(its);
    if (its !== name) {
      a.removeAttribute('aria-current');
      continue;
    }
    a.setAttribute('aria-current', 'page');
    a.scrollIntoView({ block: 'nearest', inline: 'nearest' }); // on a small screen
  }
  if (byId('session').value !== session()) offerSessions();
  if (name === shown) {
    if (view) view.update();
    return;
  }
  shown = name;
  if (view) view.leave?.();
  view = null;
  const host = byId('view');
  document.title = `${byId('tabs').querySelector('[aria-current]').textContent} – Dispatchmock`;
  try {
    const View = await views[name]();
    if (shown !== name) return;
    const stage = h('div', { class: 'stage ' + name });
    fill(host, stage);
    view = new View(stage);
  } catch (err) {
    shown = '';
    fill(host, h('div', { class: 'empty' }, h('h1', {}, 'This view could not be shown'), h('p', {}, err.message)));
  }
}

// offerSessions lists the sessions in the choice at the top.
export async function offerSessions() {
  const select = byId('session');
  const list = await get('/sessions').catch(() => null);
  if (!list) return;
  const ids = list.sessions.map(s => s.id);
  const chosen = session();
  if (chosen && !ids.includes(chosen)) ids.push(chosen);
  fill(select, h('option', { value: '' }, 'all'), ids.map(id => h('option', { value: id }, label(list.sessions.find(s => s.id === id), id))));
  select.value = chosen;
  showGone(chosen && !list.sessions.some(s => s.id === chosen));
}

// showGone shows the ways on from a session that is not there any more.
function showGone(gone) {
  byId('gone').hidden = !gone;
  if (!gone) return;
  fill(byId('gone'), 'The session ', show(session(), 80), ' is not there: it was dropped, or idle for too long. ',
    h('a', { href: href(route.view, [], { session: '' }) }, 'Show what there is'), ' or ', h('a', { href: href('sessions', [], { session: '' }) }, 'make a session'), '.');
}

function label(s, id) {
  if (!s) return `${id} (gone)`;
  return s.name ? `${id} – ${s.name.slice(0, 40)}` : id;
}

byId('session').addEventListener('change', event => {
  const query = Object.fromEntries(route.query);
  query.session = event.target.value;
  location.hash = href(route.view, route.view === 'records' ? [] : route.parts, query);
});
byId('session').addEventListener('focus', () => offerSessions());

window.addEventListener('unhandledrejection', event => toast(event.reason?.message || 'Something went wrong.', 'bad'));

listen(() => view);
onRoute(turn);
start();
offerSessions();

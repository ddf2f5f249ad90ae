// The address behind the # names the view, what is open in it and its
// filters, so that each has a URL and a reload shows the same.

export const route = { view: 'traffic', parts: [], query: new URLSearchParams() };

const listeners = [];

export function onRoute(f) { listeners.push(f); }

function read() {
  const hash = location.hash.replace(/^#\/?/, '');
  const [path, query] = hash.split(/\?(.*)/s);
  const [view, ...parts] = path.split('/').map(p => {
    try { return decodeURIComponent(p); } catch { return p; }
  });
  route.view = view || 'traffic';
  route.parts = parts.filter(p => p !== '');
  route.query = new URLSearchParams(query || '');
}

// href returns the address of a view; the session goes with it.
export function href(view, parts = [], query = {}) {
  const q = new URLSearchParams();
  const session = 'session' in query ? query.session : route.query.get('session');
  for (const [name, value] of Object.entries({ ...query, session })) if (value) q.set(name, value);
  const text = q.toString();
  return '#/' + [view, ...parts].map(encodeURIComponent).join('/') + (text ? '?' + text : '');
}

export function go(view, parts, query) { location.hash = href(view, parts, query); }

// refine changes the query without a step in the history.
export function refine(changes) {
  const query = Object.fromEntries(route.query);
  Object.assign(query, changes);
  history.replaceState(null, '', href(route.view, route.parts, query));
  read();
}

export function start() {
  window.addEventListener('hashchange', () => { read(); listeners.forEach(f => f()); });
  read();
  listeners.forEach(f => f());
}

// The session that the page shows; "" is all of them.
export const session = () => route.query.get('session') || '';
// oneSession is for what only one session has.
export const oneSession = () => session() || 'default';

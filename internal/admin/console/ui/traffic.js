// The live list of exchanges.
import { h, fill, show, button, toast } from './dom.js';
import { get, rows, del, once } from './client.js';
import { route, href, go, refine, session, oneSession } from './router.js';
import { follow } from './stream.js';
import { RowList } from './list.js';
import { time, duration, count } from './when.js';
import { verdicts, statusClass, sampleCurl, short } from './words.js';
import { Detail } from './exchange.js';
import { copy } from './dom.js';

// limit is how many rows the page keeps.
export const limit = 2000;
const names = ['text', 'status', 'verdict', 'path', 'method'];

export class Traffic {
  constructor(host) {
    this.state = h('span', { class: 'live', 'data-state': 'wait' }, 'connecting');
    this.total = h('span', { class: 'quiet' });
    this.pauseButton = h('button', { type: 'button', onclick: () => this.pause(!this.paused), title: 'Pause the list (p)' }, 'Pause');
    this.inputs = {
      text: this.field('text', 'search', 'Search (/)', 'Text'),
      status: this.field('status', 'search', '4xx', 'Status'),
      path: this.field('path', 'search', 'path', 'Path'),
      method: this.choice('method', ['', 'DELETE', 'GET', 'OPTIONS', 'POST', 'PATCH', 'PUT'], 'Method'),
      verdict: this.choice('verdict', ['', ...Object.keys(verdicts)], 'Verdict'),
    };
    this.filters = h('form', { class: 'filters', role: 'search', onsubmit: e => e.preventDefault() },
      Object.values(this.inputs).map(i => i.parentNode));
    const clear = button('Clear', () => this.clearJournal(), { title: 'Forget the exchanges' });
    this.scroller = h('div', { class: 'scroller' });
    this.empty = h('div', { class: 'empty', hidden: true });
    this.notice = h('div', { class: 'note', hidden: true, role: 'status' });
    const head = h('div', { class: 'cols head', 'aria-hidden': 'true' },
      ['time', 'method', 'path', 'status', 'verdict', 'client', 'version', 'took'].map(c => h('span', { class: 'c-' + c }, c)));
    this.pane = h('section', { class: 'pane list', 'aria-label': 'Exchanges' },
      h('div', { class: 'bar' }, this.filters, h('div', { class: 'row' }, this.state, this.total, this.pauseButton, clear)),
      this.notice, head, this.scroller, this.empty);
    this.detailHost = h('section', { class: 'pane detail', 'aria-label': 'Exchange' });
    this.root = h('div', { class: 'split' }, h('h1', { class: 'off' }, 'Traffic'), this.pane, this.detailHost);
    fill(host, this.root);
    this.list = new RowList(this.scroller, { limit, key: r => r.id, render: r => this.row(r), label: 'Exchanges, the newest first' });
    this.detail = new Detail(this.detailHost);
    this.pending = [];
    this.update();
  }

  field(name, type, hint, label) {
    const input = h('input', { type, placeholder: hint, 'aria-label': label, autocomplete: 'off', spellcheck: 'false' });
    let timer;
    input.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.filter(name, input.value), 200);
    });
    h('label', { class: 'f-' + name }, input);
    return input;
  }

  choice(name, values, label) {
    const select = h('select', { 'aria-label': label, onchange: () => this.filter(name, select.value) },
      values.map(v => h('option', { value: v }, v || `any ${label.toLowerCase()}`)));
    h('label', { class: 'f-' + name }, select);
    return select;
  }

  filter(name, value) {
    refine({ [name]: value });
    this.update();
  }

  // query is the filter as the admin API takes it.
  query() {
    const q = new URLSearchParams();
    for (const name of names) if (route.query.get(name)) q.set(name, route.query.get(name));
    if (q.has('path') && !q.get('path').includes('*')) q.set('path', `*${q.get('path')}*`);
    if (session()) q.set('session', session());
    return q.toString();
  }

  update() {
    for (const name of names) {
      const value = route.query.get(name) || '';
      if (document.activeElement !== this.inputs[name]) this.inputs[name].value = value;
    }
    this.root.classList.toggle('all-sessions', !session());
    const query = this.query();
    if (query !== this.asked) this.restart(query);
    const id = Number(route.parts[0]) || undefined;
    this.root.classList.toggle('open', id !== undefined);
    this.list.select(id);
    this.detail.show(id);
    if (id !== undefined) this.list.select(id, true);
  }

  async restart(query) {
    this.asked = query;
    if (this.stop) this.stop();
    this.stop = null;
    this.pending = [];
    this.list.clear();
    this.showNotice('');
    try {
      const found = await rows(`/journal?limit=1000&${query}`);
      if (this.asked !== query || this.gone) return;
      const known = found.exchanges.reverse();
      this.list.add(known);
      if (found.lost > 0 && session()) this.showNotice(`The journal has let go of ${count(found.lost, 'older exchange')} (--journal-count, --journal-bytes).`);
      this.flushed();
      this.stop = follow(query, known.length ? known[known.length - 1].id : 0, {
        row: r => this.take(r),
        missed: () => this.showNotice('Some exchanges came and went faster than they could be shown: the journal no longer has them.'),
        state: (s, why) => this.showState(s, why),
      });
    } catch (err) {
      if (this.asked !== query) return;
      this.showState('lost', err.message);
      this.showNotice(err.message);
    }
  }

  // take keeps a row until the next time that the list is drawn; no more than
  // the list would keep.
  take(row) {
    this.pending.push(row);
    if (this.pending.length > limit) this.pending.splice(0, this.pending.length - limit);
    if (this.timer) return;
    this.timer = setTimeout(() => { this.timer = null; this.flush(); }, 100);
  }

  flush() {
    if (this.paused) {
      this.pauseButton.textContent = `Go on (${this.pending.length}${this.pending.length >= limit ? '+' : ''} new)`;
      return;
    }
    const some = this.pending;
    this.pending = [];
    if (some.length) this.list.add(some);
    this.flushed();
  }

  flushed() {
    this.total.textContent = count(this.list.length, 'exchange');
    const none = this.list.length === 0;
    this.empty.hidden = !none;
    this.scroller.hidden = none;
    if (none) this.showEmpty();
    else if (this.list.current !== undefined && !this.placed) {
      this.placed = true;
      this.list.draw();
      this.list.select(this.list.current, true);
    }
  }

  pause(on) {
    this.paused = on;
    this.pauseButton.textContent = on ? 'Go on' : 'Pause';
    this.pauseButton.setAttribute('aria-pressed', String(on));
    this.showState(this.streaming || 'live');
    if (!on) this.flush();
  }

  showState(state, why) {
    this.streaming = state;
    const text = { live: 'live', again: 'connecting again', lost: 'cut off', wait: 'connecting' }[state];
    this.state.dataset.state = this.paused ? 'paused' : state;
    this.state.textContent = this.paused ? 'paused' : text;
    this.state.title = why || '';
  }

  showNotice(text) {
    this.notice.hidden = !text;
    this.notice.textContent = text;
  }

  async showEmpty() {
    if (names.some(n => route.query.get(n))) {
      fill(this.empty, h('h2', {}, 'Nothing matches these filters'),
        h('p', {}, h('a', { href: href('traffic') }, 'Show all exchanges'), ' of ', session() ? `the session ${session()}.` : 'all sessions.'));
      return;
    }
    const [clients, found] = await Promise.all([once('/clients'), get(`/sessions/${encodeURIComponent(oneSession())}`)]);
    if (this.gone) return;
    const curl = sampleCurl(found.base_url, clients.clients);
    fill(this.empty, h('h2', {}, 'No requests yet'),
      h('p', {}, 'Every request to the mock appears here the moment it is answered, with what was wrong with it. Make the first from a terminal:'),
      h('pre', { class: 'code' }, curl),
      h('div', { class: 'row' }, button('Copy the command', () => copy(curl, 'the curl command'), { class: 'main' }),
        h('a', { class: 'button', href: href('try') }, 'Or make it here')),
      h('p', { class: 'quiet' }, 'Your application reaches the mock at ', h('code', {}, found.base_url), '.'));
  }

  async clearJournal() {
    await del('/journal' + (session() ? '?session=' + encodeURIComponent(session()) : ''));
    this.asked = undefined;
    go('traffic');
    this.update();
    toast('The journal is empty.');
  }

  row(r) {
    const v = verdicts[r.verdict] || verdicts.ok;
    return h('a', { class: `cols v-${r.verdict}`, href: href('traffic', [r.id], Object.fromEntries(route.query)) },
      h('span', { class: 'c-time' }, time(r.start)),
      h('span', { class: 'c-method' }, show(r.method, 20)),
      h('span', { class: 'c-path' }, h('span', { class: 'path' }, show(r.path, 300)), r.session !== 'default' && h('span', { class: 'c-session' }, r.session)),
      h('span', { class: 'c-status ' + statusClass(r.status) }, r.status || 'none'),
      h('span', { class: 'c-verdict', title: v.about }, h('span', { class: 'mark', 'aria-hidden': 'true' }, v.mark), r.scenario ? show(r.scenario, 40) : v.word),
      h('span', { class: 'c-client' }, show(r.client_id || '–', 60)),
      h('span', { class: 'c-version' }, r.version || '–'),
      h('span', { class: 'c-took' }, duration(r.took_ms)),
      h('span', { class: 'c-message' }, r.message ? show(short(r.message), 300) : r.changed ? 'The record was deactivated.' : ''));
  }

  // keys are what the keyboard does here.
  key(k) {
    switch (k) {
      case 'j': case 'k': {
        const row = this.list.step(k === 'j' ? 1 : -1);
        if (row) go('traffic', [row.id], Object.fromEntries(route.query));
        return true;
      }
      case '/': this.inputs.text.focus(); return true;
      case 'p': this.pause(!this.paused); return true;
      case 'Escape':
        if (!route.parts.length) return false;
        go('traffic', [], Object.fromEntries(route.query));
        return true;
      default: return this.detail.key(k);
    }
  }

  leave() {
    this.gone = true;
    clearTimeout(this.timer);
    if (this.stop) this.stop();
    this.list.leave();
  }
}

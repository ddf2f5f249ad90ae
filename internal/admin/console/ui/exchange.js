// One exchange: what was sent, what came back, and why.
import { h, fill, show, button, copy, toast } from './dom.js';
import { get, post, once, download } from './client.js';
import { route, href, go, refine } from './router.js';
import { print, parse } from './exact.js';
import { unified } from './diff.js';
import { time, duration } from './when.js';
import { verdicts, statusClass, sentence } from './words.js';
import { requestOf, scenarioOf } from './again.js';

const languages = { curl: 'curl', fetch: 'fetch (browser, Node)', python: 'Python requests', csharp: 'C# HttpClient', go: 'Go' };

const copied = 'copy-as';

// language is the one that was chosen last, on any day.
function language() {
  const last = localStorage.getItem(copied);
  return Object.hasOwn(languages, last) ? last : 'curl';
}

export class Detail {
  constructor(host) {
    this.host = host;
    this.id = null;
  }

  async show(id) {
    if (id === this.id) return;
    this.id = id;
    this.entry = null;
    if (id === undefined) {
      fill(this.host, h('div', { class: 'empty' }, h('p', { class: 'quiet' }, 'Choose an exchange to see all of it. '), h('p', { class: 'quiet' }, h('kbd', {}, 'j'), ' and ', h('kbd', {}, 'k'), ' move, ', h('kbd', {}, '?'), ' lists all keys.')));
      return;
    }
    try {
      const entry = await get('/exchanges/' + id);
      if (this.id !== id) return;
      this.entry = entry;
      this.draw(entry);
    } catch (err) {
      if (this.id !== id) return;
      fill(this.host, this.back(), h('div', { class: 'empty' }, h('h2', {}, `Exchange ${id} is not there`), h('p', {}, show(err.message, 500)), h('p', {}, 'The journal keeps the newest ones; a restart of the server empties it.')));
    }
  }

  back() { return h('a', { class: 'back', href: href('traffic', [], Object.fromEntries(route.query)) }, '← All exchanges'); }

  draw(x) {
    const v = verdicts[x.verdict];
    const reason = x.response.head.split('\r\n')[0].split(' ').slice(2).join(' ');
    fill(this.host, this.back(),
      h('header', { class: 'sum', 'data-id': x.id },
        h('h2', {}, h('span', { class: 'method' }, show(x.method, 40)), ' ', h('span', { class: 'path' }, show(x.path, 600))),
        h('p', { class: 'answer' }, h('span', { class: 'status ' + statusClass(x.status) }, x.status || 'no answer'), ' ', show(reason, 600)),
        h('ul', { class: 'chips' },
          h('li', { class: 'v-' + x.verdict, title: v.about }, h('span', { class: 'mark', 'aria-hidden': 'true' }, v.mark), v.word),
          x.scenario && h('li', { class: 'v-simulated' }, 'scenario ', h('a', { href: href('scenarios', [x.scenario]) }, show(x.scenario, 80))),
          h('li', {}, time(x.start)), h('li', { title: 'time spent' }, duration(x.took_ms)),
          h('li', {}, 'session ', show(x.session, 80)), x.client_id && h('li', {}, 'client ', show(x.client_id, 80)),
          x.tenant ? h('li', {}, 'tenant ', String(x.tenant)) : null)),
      this.actions(x), this.why(x), this.versions(x), this.change(x), this.messages(x));
    this.host.scrollTop = 0;
  }

  actions(x) {
    if (x.admin) return h('p', { class: 'note' }, 'This is a change through the admin API.');
    // To choose does not copy yet: keys pass by one language after another.
    const menu = h('select', { 'aria-label': 'Language', class: 'copyas', onchange: () => localStorage.setItem(copied, menu.value) },
      Object.entries(languages).map(([k, name]) => h('option', { value: k, selected: k === language() }, name)));
    return h('div', { class: 'row actions' }, h('div', { class: 'segments' }, button('Copy as', () => this.copyAs(x), { title: 'c' }), menu),
      button('Send again', () => this.again(x), { title: 's' }),
      button('Send changed', () => this.changed(x), { title: 'e' }),
      button('Save as scenario', () => this.asScenario(x)),
      button('Save bundle', () => download(`/sessions/${encodeURIComponent(x.session)}/bundle`, x.session + '.bundle.json'), { title: 'The whole session in one file, for dispatchmock replay' }));
  }

  async copyAs(x) {
    const name = language();
    const [texts, { clients }] = await Promise.all([get(`/exchanges/${x.id}/snippets`), once('/clients')]);
    const token = clients.find(c => c.client_id === x.client_id)?.token;
    // The program must not hold a token; who runs it must know which to give.
    const needs = texts[name].includes('TOKEN') ? `; give it its token in TOKEN${token ? ': ' + token : ''}` : '';
    await copy(texts[name], `the request as ${languages[name]}${needs}`);
  }

  async again(x) {
    const request = requestOf(x, await once('/clients'));
    if (request.unknown) {
      toast('Its token was not kept; choose one and send it from here.');
      this.changed(x);
      return;
    }
    const answer = await post('/send', request.send);
    toast(answer.error || `Answered ${answer.status} ${answer.reason}`, answer.error ? 'bad' : '');
    if (answer.exchange) go('traffic', [answer.exchange.id], Object.fromEntries(route.query));
  }

  changed(x) { go('try', [], { from: String(x.id) }); }

  asScenario(x) {
    sessionStorage.setItem('scenario-draft', print(scenarioOf(x)));
    go('scenarios', ['edit']);
  }

  why(x) {
    const groups = [[x.verdict === 'rejected' ? 'Why it was rejected' : 'Why it is invalid', x.problems, x.verdict === 'rejected' ? 'rejected' : 'invalid'], [x.target ? `The target broke the contract: ${x.target}` : 'The mock broke the contract', x.violations, 'violation'], ['Rules broken on purpose by the scenario', x.deliberate, 'simulated']];
    if (x.operation === 'Preflight' && x.problems.length) groups[0][0] = 'Why the browser never sends the real request';
    return [x.error && h('section', { class: 'violation v-violation' }, h('h3', {}, x.target ? `The target gave no good answer: ${x.target}` : 'The mock failed'), h('pre', {}, show(x.error))),
      groups.filter(g => g[1].length).map(([title, violations, kind]) => h('section', { class: 'why' }, h('h3', {}, title, violations.length > 1 ? ` (${violations.length} errors, the first was answered)` : ''),
        violations.map(f => h('article', { class: 'violation v-' + kind },
          h('p', { class: 'hint' }, show(sentence(f), 2000)),
          h('dl', {}, term('Place', `${f.part} ${f.pointer || ''}`), term('Received', f.value), term('Rule', f.rule), term('Documented', f.documented), term('Schema', f.schema))))))];
  }

  versions(x) {
    if (!x.version.used) return null;
    // A version that there is not counts as none, and was asked for all the same.
    const asked = x.version.asked || x.request.fields.find(f => f.name.toLowerCase() === 'x-api-version')?.value;
    return h('section', {}, h('h3', {}, 'API version'), h('table', { class: 'small' },
      h('thead', {}, h('tr', {}, ['Asked', 'Pinned before', 'Used'].map(t => h('th', { scope: 'col' }, t)))),
      h('tbody', {}, h('tr', {}, h('td', {}, show(asked || 'none', 80)), h('td', {}, x.version.pinned || 'none'), h('td', {}, x.version.used)))));
  }

  change(x) {
    const c = x.change;
    if (!c) return null;
    return h('section', {}, h('h3', {}, 'The record, before and after'), c.error && h('p', { class: 'note' }, show(c.error)),
      unified(c.before === null ? '' : print(c.before), c.after === null ? '' : print(c.after)));
  }

  messages(x) {
    const raw = route.query.get('raw') === '1';
    const toggle = h('div', { class: 'row segments', role: 'group', 'aria-label': 'Form' },
      [['Readable', ''], ['Raw', '1']].map(([label, value]) => h('button', { type: 'button', 'aria-pressed': String(raw === (value === '1')), onclick: () => { refine({ raw: value }); this.draw(x); } }, label)));
    return h('section', { class: 'messages' }, h('h3', {}, 'Request and response'), toggle,
      h('div', { class: 'two' }, message('Request', x.request, raw), message('Response', x.response, raw)));
  }

  key(k) {
    const x = this.entry;
    if (!x || x.admin) return false;
    const act = { c: () => this.copyAs(x), s: () => this.again(x), e: () => this.changed(x) }[k];
    if (!act) return false;
    Promise.resolve(act()).catch(err => toast(err.message, 'bad'));
    return true;
  }
}

function term(name, value) {
  return value ? [h('dt', {}, name), h('dd', {}, show(value, 2000))] : null;
}

function message(title, m, raw) {
  const bytes = m.body_base64 ? `${m.size} bytes that are no text (base64): ${m.body_base64}` : m.body;
  const cut = m.truncated && h('p', { class: 'note' }, `Only the first part of the body's ${m.size} bytes was kept.`);
  const [line] = m.head.split('\r\n');
  if (!m.head) return h('div', { class: 'message' }, h('h4', {}, title), h('p', { class: 'quiet' }, 'nothing'));
  if (raw) {
    return h('div', { class: 'message' }, h('h4', {}, title, ' ', h('small', {}, `${m.size} bytes of body`)), cut,
      h('pre', { class: 'code', tabindex: '0' }, show(m.head.replaceAll('\r\n', '\n') + '\n\n' + bytes)));
  }
  let body = bytes;
  try { body = print(parse(m.body)); } catch { /* it is not JSON */ }
  return h('div', { class: 'message' }, h('h4', {}, title, ' ', h('small', {}, `${m.size} bytes of body`)),
    h('p', { class: 'startline' }, show(line, 2000)),
    h('table', { class: 'fields' }, h('caption', { class: 'off' }, `${title} header`), h('tbody', {}, m.fields.map(f => h('tr', {}, h('th', { scope: 'row' }, show(f.name, 300)), h('td', {}, show(f.value, 3000)))))),
    cut, bytes && h('pre', { class: 'code', tabindex: '0' }, show(body)));
}

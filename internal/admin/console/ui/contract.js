// What must be: versions, rules, models, facts and choices, and what of it the
// session's traffic has touched.
import { h, fill, show, toast } from './dom.js';
import { get, ask_ } from './client.js';
import { route, refine, session, oneSession } from './router.js';
import { print } from './exact.js';
import { gradeOf, grades } from './words.js';
import { coverage } from './coverage.js';

const sections = [['versions', 'Versions'], ['operations', 'Operations'], ['headers', 'Headers'], ['models', 'Models'], ['facts', 'Facts'], ['choices', 'Choices'], ['coverage', 'Coverage']];

export class Contract {
  constructor(host) {
    this.root = h('div', { class: 'wrap' });
    fill(host, this.root);
    this.update();
  }

  async update() {
    const turn = this.turn = (this.turn || 0) + 1;
    const version = route.query.get('v') || '';
    try {
      const [c, choices, seen] = await Promise.all([
        get('/contract' + (version ? `?api_version=${encodeURIComponent(version)}` : '')),
        get(`/sessions/${encodeURIComponent(oneSession())}/choices`),
        get('/coverage' + (session() ? '?session=' + encodeURIComponent(session()) : '')),
      ]);
      if (turn === this.turn) this.draw(c, choices, seen);
    } catch (err) {
      if (turn === this.turn) fill(this.root, h('div', { class: 'empty' }, h('h1', {}, 'The contract could not be read'), h('p', {}, err.message)));
    }
  }

  draw(c, choices, seen) {
    const part = (id, title, ...children) => h('section', { class: 'card stack', id: 'part-' + id, tabindex: '-1', 'aria-label': title }, h('h2', {}, title), children);
    const pick = h('select', { 'aria-label': 'API version', onchange: () => { refine({ v: pick.value }); this.update(); } }, c.versions.map(v => h('option', { value: v.version, selected: v.version === c.api_version }, v.version)));
    fill(this.root, h('div', { class: 'row apart' }, h('h1', {}, 'Contract'), h('label', { class: 'row' }, 'as of version', pick)),
      h('nav', { class: 'toc', 'aria-label': 'Parts' }, sections.map(([id, title]) => h('button', { type: 'button', 'data-step': true, onclick: () => { const e = document.getElementById('part-' + id); e.scrollIntoView(); e.focus({ preventScroll: true }); } }, title))),
      part('versions', 'Versions', table(['Version', 'What it changes'], c.versions.map(v => [h('strong', {}, v.version), v.changes.length ? v.changes.map(x => h('p', {}, h('code', {}, x.model), ': ', x.sentence)) : h('span', { class: 'quiet' }, 'nothing of this endpoint')]))),
      part('operations', 'Operations', table(['Operation', 'Method and path', 'Roles', 'Grade'], c.operations.map(o => [[h('strong', {}, o.name), h('p', { class: 'quiet' }, o.description, o.served ? '' : ' Not mocked: answered 501.')], h('code', {}, soft(`${o.method} ${o.path}`)), (o.roles || []).join(', ') || 'nobody is asked', grade(gradeOf(o.comment))]))),
      part('headers', 'Header rules', ['StandardRequestHeadersModel', 'StandardResponseHeadersModel'].filter(n => c.schemas[n]).map(n => model(n, c.schemas))),
      part('models', `Models as of ${c.api_version}`, ['DispatchCustomerLocationModel', 'CustomerAddressModel', 'CustomerContactModel', 'PathParameters', 'ErrorModel'].filter(n => c.schemas[n]).map(n => model(n, c.schemas))),
      part('facts', 'What is known', h('p', { class: 'quiet' }, Object.entries(grades).map(([g, about]) => [grade(g), ` ${about}. `])),
        table(['Fact', 'Grade', 'Evidence', 'Switch'], c.facts.map(f => [f.fact, grade(f.grade), f.evidence || '–', f.switch ? h('code', {}, f.switch) : '–']))),
      part('choices', `Choices in force in the session ${oneSession()}`, h('p', { class: 'quiet' }, 'Where nothing public says what happens, the mock chooses, and you may choose otherwise.'),
        table(['Choice', 'What it decides', 'Grade', 'Value'], Object.entries(c.choices.properties).map(([name, rule]) => [h('code', {}, name), rule.description, grade(gradeOf(rule.$comment)), this.choice(name, rule, choices[name])]))),
      part('coverage', session() ? `Coverage of the session ${session()}` : 'Coverage of all sessions', coverage(seen)));
  }

  choice(name, rule, value) {
    if (!rule.enum) return h('code', {}, print(value ?? rule.default ?? null, 0));
    const select = h('select', { 'aria-label': name, onchange: async () => {
      try {
        await ask_('PATCH', `/sessions/${encodeURIComponent(oneSession())}/choices`, { [name]: rule.enum[select.selectedIndex] });
        toast(`${name} is ${select.value} in the session ${oneSession()}.`);
      } catch (err) {
        toast(err.message, 'bad');
      }
    } }, rule.enum.map(v => h('option', { selected: String(v) === String(value) }, String(v) + (v === rule.default ? ' (default)' : ''))));
    return select;
  }

  key(k) {
    const names = sections.map(s => s[0]);
    if (k === '/') { this.root.querySelector('.toc button')?.focus(); return true; }
    if (k !== 'j' && k !== 'k') return false;
    const at = names.indexOf((document.activeElement.id || '').replace('part-', ''));
    const e = document.getElementById('part-' + names[Math.min(names.length - 1, Math.max(0, at + (k === 'j' ? 1 : -1)))]);
    e?.scrollIntoView();
    e?.focus({ preventScroll: true });
    return true;
  }
}

function grade(g) { return g ? h('span', { class: 'tag g-' + g.split(',')[0] }, g) : '–'; }

function table(heads, lines, label = heads[0]) {
  return h('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': label }, h('table', {}, h('thead', {}, h('tr', {}, heads.map(t => h('th', { scope: 'col' }, t)))),
    h('tbody', {}, lines.map(cells => h('tr', {}, cells.map(c => h('td', {}, c)))))));
}

// model shows a JSON Schema of an object as a table.
function model(name, schemas) {
  const s = schemas[name];
  const required = new Set(s.required || []);
  return h('div', { class: 'stack' }, h('h3', {}, name, ' ', h('span', { class: 'quiet' }, s.description || '')), table(['Member', 'Type', 'Rules', 'What it is', 'Grade'],
    Object.entries(s.properties || {}).map(([member, rule]) => {
      const r = rule.$ref ? { ...schemas[rule.$ref.replace('.json', '')] } : rule;
      return [[h('code', {}, member), required.has(member) ? '' : h('span', { class: 'quiet' }, ' optional')], types(r), rules(r), r.description || '', grade(gradeOf(r.$comment))];
    }), `Members of ${name}`));
}

// soft lets a path break behind its slashes.
function soft(path) { return path.split(/(?<=\/)/).map(p => [p, h('wbr')]); }

function types(r) {
  if (r.items?.$ref) return `array of ${r.items.$ref.replace('.json', '')}`;
  return [].concat(r.type || 'any').join(' or ');
}

function rules(r) {
  const out = [];
  if (r.const !== undefined) out.push(`is ${print(r.const, 0)}`);
  if (r.enum) out.push(`one of ${r.enum.map(v => print(v, 0)).join(', ')}`);
  if (r.minLength !== undefined || r.maxLength !== undefined) out.push(`${r.minLength ?? 0} to ${r.maxLength ?? '∞'} characters`);
  if (r.minimum !== undefined || r.maximum !== undefined) out.push(String(r.maximum) === '9223372036854775807' ? '64 bits' : `${r.minimum ?? '−∞'} to ${r.maximum ?? '∞'}`);
  if (r.format) out.push(`format ${r.format}`);
  if (r.title && r.pattern) out.push(r.title);
  else if (r.pattern) out.push(h('code', {}, show(r.pattern, 200)));
  return out.map((o, i) => [i ? '; ' : '', o]);
}

// What goes wrong on purpose: the catalogue, and the session's own.
import { h, fill, show, button, toast, ask } from './dom.js';
import { get, post, del } from './client.js';
import { route, href, go, oneSession } from './router.js';
import { print, parse } from './exact.js';
import { Editor } from './editor.js';
import { step } from './steps.js';

const draft = 'scenario-draft';

const example = {
  name: 'slow-then-gone',
  description: 'The first call is slow, the second finds no record.',
  when: { method: 'DELETE' },
  then: { sequence: { steps: [{ delay: { fixed: '2s' }, performs: true }, { error: { code: 'record_unknown' } }] } },
};

export class Scenarios {
  constructor(host) {
    this.search = h('input', { type: 'search', class: 'search', placeholder: 'Search scenarios (/)', 'aria-label': 'Search the scenarios', autocomplete: 'off' });
    this.search.addEventListener('input', () => this.drawList());
    this.which = h('span', { class: 'quiet' });
    this.editHost = h('div', {});
    this.on = h('section', { class: 'stack', 'aria-label': 'Switched on' });
    this.list = h('div', { class: 'grid' });
    fill(host, h('div', { class: 'wrap' },
      h('div', { class: 'row apart' }, h('h1', {}, 'Scenarios ', this.which), h('div', { class: 'row' },
        button('Write one', () => this.edit(print(example))), button('Switch all off', () => this.allOff()))),
      h('p', { class: 'quiet' }, 'A scenario takes requests over: an error, a delay, a broken connection. Switched on here it holds for the session; the header X-Mock-Scenario asks for one by its name on one request.'),
      this.editHost, this.on, h('div', { class: 'row' }, this.search), this.list));
    this.update();
  }

  get path() { return `/sessions/${encodeURIComponent(oneSession())}/scenarios`; }

  async update() {
    this.which.textContent = `of the session ${oneSession()}`;
    const editing = route.parts[0] === 'edit';
    if (editing && !this.editor) this.openEditor(sessionStorage.getItem(draft) || print(example));
    if (!editing) this.closeEditor();
    const turn = this.turn = (this.turn || 0) + 1;
    try {
      const answers = await Promise.all([get('/scenarios'), get(this.path)]);
      if (turn !== this.turn) return;
      [this.known, this.state] = answers;
    } catch (err) {
      if (turn !== this.turn) return;
      fill(this.list, h('p', { class: 'note bad-note' }, err.message));
      return;
    }
    if (route.parts[0] && !editing) this.search.value = route.parts[0];
    this.drawOn();
    this.drawList();
  }

  drawOn() {
    const on = this.state.on;
    fill(this.on, on.length > 0 && h('h2', {}, 'On now'), on.length > 0 && h('div', { class: 'grid' }, on.map(s => h('article', { class: 'card item is-on' },
      h('h3', {}, show(s.name, 100)), h('p', {}, `took over ${s.taken} of ${s.seen} requests that it is for`, s.times ? `; ends after ${s.times}` : '', s.until ? `; ends at ${s.until}` : ''),
      h('div', { class: 'row' }, button('Off', () => this.off(s.name)))))));
  }

  all() {
    const own = (this.state.own || []).map(s => ({ ...s, own: true }));
    const names = new Set(own.map(s => s.name));
    return [...own, ...(this.known.scenarios || []).filter(s => !names.has(s.name))];
  }

  drawList() {
    if (!this.state) return;
    const word = this.search.value.trim().toLowerCase();
    const on = new Set(this.state.on.map(s => s.name));
    const list = this.all().filter(s => !word || `${s.name} ${s.description || ''}`.toLowerCase().includes(word));
    fill(this.list, list.map(s => this.card(s, on.has(s.name))));
    if (!list.length) {
      fill(this.list, h('div', { class: 'empty' }, h('h2', {}, word ? 'No scenario matches' : 'There are no scenarios yet'),
        h('p', {}, word ? 'The search looks in names and descriptions.' : 'Write one, or save one from an exchange in the traffic.')));
    }
  }

  card(s, on) {
    const customers = (this.known.test_customers || {})[s.name] || [];
    return h('article', { class: 'card item' + (on ? ' is-on' : ''), 'aria-label': s.name },
      h('h3', {}, h('button', { type: 'button', class: 'more', 'data-step': true, title: 'Edit as JSON', onclick: () => this.edit(text(s)) }, show(s.name, 100)), ' ', s.own && h('span', { class: 'tag' }, 'own'), ' ', on && h('span', { class: 'tag on' }, 'on')),
      h('p', {}, show(s.description || 'No description.', 600)),
      customers.length > 0 && h('p', {}, 'Test customers: ', customers.slice(0, 4).map(k => [h('a', { href: href('records', k.split('/')) }, `customer ${k.split('/')[1]}`), ' '])),
      h('div', { class: 'row' }, on ? button('Off', () => this.off(s.name)) : button('On', () => this.switchOn({ name: s.name })),
        button('Once', () => this.switchOn({ name: s.name, times: 1 })), button('n times', () => this.nTimes(s.name)),
        button('Edit', () => this.edit(text(s))), h('a', { class: 'button', href: href('try', [], { scenario: s.name, customer: customers[0]?.split('/')[1] }) }, 'Try')));
  }

  async nTimes(name) {
    const a = await ask('How many times?', [{ name: 'times', label: 'Times', value: '3', type: 'number' }], 'Switch on');
    if (!a) return;
    const times = Number(a.times);
    if (!Number.isInteger(times) || times < 1) throw new Error('It must be a whole number from 1 on.');
    await this.switchOn({ name, times });
  }

  async switchOn(body) {
    await post(this.path, body);
    toast(`${body.name} is on${body.times ? ` for ${body.times === 1 ? 'one request' : body.times + ' requests'}` : ''} in the session ${oneSession()}.`);
    this.update();
  }

  async off(name) {
    await del(`${this.path}/${encodeURIComponent(name)}`);
    this.update();
  }

  async allOff() {
    await del(this.path);
    toast('All scenarios are off.');
    this.update();
  }

  edit(json) {
    sessionStorage.setItem(draft, json);
    this.closeEditor();
    if (route.parts[0] === 'edit') this.update();
    else go('scenarios', ['edit']);
  }

  openEditor(json) {
    this.editor = new Editor({ label: 'The scenario as JSON', value: json, base: '/definition', check: v => post(`/sessions/${encodeURIComponent(oneSession())}/scenario-check`, { definition: v }), changed: t => sessionStorage.setItem(draft, t) });
    this.times = h('input', { type: 'number', min: '1', placeholder: 'no limit', 'aria-label': 'How many times', class: 'times' });
    fill(this.editHost, h('section', { class: 'card stack' }, h('h2', {}, 'Edit a scenario'),
      h('p', { class: 'quiet' }, '"when" says which requests it takes over, "then" what happens. It is checked while you type.'), this.editor.root,
      h('div', { class: 'row' }, button('Save and switch on', () => this.save(), { class: 'main', title: 'Ctrl+Enter' }), h('label', { class: 'row' }, 'times', this.times),
        button('Close', () => go('scenarios')))));
    this.editor.area.focus();
  }

  closeEditor() {
    this.editor = null;
    fill(this.editHost);
  }

  async save() {
    let definition;
    try {
      definition = parse(this.editor.text);
    } catch {
      await this.editor.verify();
      throw new Error('The text is not JSON; see the marked line.');
    }
    const body = { definition };
    if (this.times.value) body.times = Number(this.times.value);
    try {
      await post(this.path, body);
    } catch (err) {
      this.editor.refused(err);
      throw new Error('The scenario breaks rules; it is not saved.', { cause: err });
    }
    sessionStorage.removeItem(draft);
    toast(`${definition.name} is saved, and on in the session ${oneSession()}.`);
    go('scenarios');
  }

  key(k) {
    if (k === 'submit' && this.editor) {
      this.save().catch(err => toast(err.message, 'bad'));
      return true;
    }
    if (k === '/') { this.search.focus(); return true; }
    if (k === 'Escape' && this.editor) { go('scenarios'); return true; }
    return k === 'j' || k === 'k' ? step(this.list, k === 'j' ? 1 : -1) : false;
  }
}

// text is a scenario as one would write it.
function text(s) {
  const { own, ...definition } = s;
  return print(definition);
}

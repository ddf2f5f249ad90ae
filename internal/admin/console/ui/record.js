// One record: in two versions side by side, and as an editor.
import { h, fill, show, button, toast } from './dom.js';
import { get, post, put, once, ask_ } from './client.js';
import { route, href, refine, oneSession } from './router.js';
import { print, parse } from './exact.js';
import { beside } from './diff.js';
import { Editor } from './editor.js';

export class RecordView {
  constructor(host, key) {
    this.key_ = key;
    this.path = `/sessions/${encodeURIComponent(oneSession())}/records/${key.map(encodeURIComponent).join('/')}`;
    this.draft = `record-draft:${this.path}`;
    this.root = h('div', { class: 'wrap' });
    fill(host, this.root);
    this.update();
  }

  in(version) { return `${this.path}?api_version=${encodeURIComponent(version)}`; }

  async update() {
    const turn = this.turn = (this.turn || 0) + 1;
    try {
      const { versions } = await once('/contract');
      const names = versions.map(v => v.version);
      const left = route.query.get('left') || names[0];
      const right = route.query.get('right') || names[names.length - 1];
      const [a, b] = await Promise.all([get(this.in(left)), get(this.in(right))]);
      if (turn === this.turn) this.draw(names, left, right, a, b);
    } catch (err) {
      if (turn !== this.turn) return;
      fill(this.root, h('a', { href: href('records') }, '← All records'), h('div', { class: 'empty' }, h('h1', {}, 'This record is not there'), h('p', {}, show(err.message, 500)),
        button('Bring it back from the fixtures', () => this.revert())));
    }
  }

  draw(names, left, right, a, b) {
    const r = b.record;
    const [tenant, customer, location] = this.key_;
    const pick = (side, value) => {
      const s = h('select', { 'aria-label': `Version on the ${side}`, onchange: () => { refine({ [side]: s.value }); this.update(); } }, names.map(n => h('option', { value: n, selected: n === value }, n)));
      return s;
    };
    const editing = route.query.get('edit') === '1';
    fill(this.root, h('a', { href: href('records') }, '← All records'),
      h('div', { class: 'row apart' }, h('h1', {}, show(r.name || '(no name)', 300)), h('div', { class: 'row' },
        r.is_active ? button('Deactivate', () => this.patch({ is_active: false })) : button('Reactivate', () => this.patch({ is_active: true }), { class: 'main' }),
        button(editing ? 'Close the editor' : 'Edit', () => { refine({ edit: editing ? '' : '1' }); this.update(); }, { 'aria-pressed': String(editing) }),
        button('Reset this record', () => this.revert(), { disabled: !b.changed }))),
      h('ul', { class: 'chips' }, h('li', {}, `tenant ${tenant}`), h('li', {}, `customer ${customer}`), h('li', {}, `location ${location}`),
        h('li', {}, r.is_active ? '● active' : '○ inactive'), b.changed ? h('li', { class: 'v-simulated' }, 'changed') : h('li', {}, 'as in the fixtures'),
        h('li', {}, h('a', { href: href('traffic', [], { path: `/customers/${customer}/locations/${location}` }) }, 'its traffic')),
        h('li', {}, h('a', { href: href('try', [], { customer, location, tenant }) }, 'try it'))),
      editing && this.editor(right, r),
      h('section', { class: 'card stack' }, h('div', { class: 'row' }, h('h2', {}, 'Two versions side by side'), pick('left', left), h('span', { class: 'quiet' }, 'and'), pick('right', right)),
        beside([left, right], print(a.record), print(b.record))));
  }

  editor(version, record) {
    const kept = sessionStorage.getItem(this.draft);
    this.edit = new Editor({ label: 'The record as JSON', value: kept ?? print(record),
      check: v => post(`${this.path}/check?api_version=${encodeURIComponent(version)}`, v),
      changed: text => sessionStorage.setItem(this.draft, text) });
    return h('section', { class: 'card stack' }, h('h2', {}, `Edit in the shape of ${version}`),
      h('p', { class: 'quiet' }, 'It is checked as a fixture file is, while you type.', kept !== null && kept !== print(record) ? ' This is your draft; it is not saved yet.' : ''), this.edit.root,
      h('div', { class: 'row' }, button('Save the record', () => this.save(version), { class: 'main', title: 'Ctrl+Enter' }),
        button('Forget the draft', () => { sessionStorage.removeItem(this.draft); this.update(); })));
  }

  async save(version) {
    try {
      await put(this.in(version), parse(this.edit.text));
    } catch (err) {
      if (!err.errors) throw err;
      this.edit.refused(err);
      toast('The record breaks rules; it is not saved.', 'bad');
      return;
    }
    sessionStorage.removeItem(this.draft);
    toast('The record is saved.');
    refine({ edit: '' });
    this.update();
  }

  async patch(members) {
    await ask_('PATCH', this.path, members);
    this.update();
  }

  async revert() {
    await post(`${this.path}/revert`);
    sessionStorage.removeItem(this.draft);
    toast('The record is as the fixtures say.');
    this.update();
  }

  key(k) {
    if (k === 'submit' && this.edit?.area.isConnected) {
      this.save(route.query.get('right') || '').catch(err => toast(err.message, 'bad'));
      return true;
    }
    return false;
  }
}


// An editor of JSON: mistakes are marked at their lines as one types.
import { h, fill, show, toast } from './dom.js';
import { parse, lineOf, Mistake } from './exact.js';
import { Refusal } from './client.js';

let names = 0;

// Editor holds a text against the JSON grammar, and then against what check
// says: a promise that fails with a Refusal. Base is cut off the pointers.
export class Editor {
  constructor({ label, value, check, base = '', changed }) {
    this.check = check;
    this.base = base;
    this.changed = changed;
    const id = `editor-${++names}`;
    this.gutter = h('div', { class: 'gutter', 'aria-hidden': 'true' });
    this.area = h('textarea', { 'aria-label': label, 'aria-describedby': id, spellcheck: 'false', autocomplete: 'off', wrap: 'off', class: 'code-area' });
    this.area.value = value;
    this.errors = h('ul', { class: 'errors', id, 'aria-live': 'polite' });
    this.root = h('div', { class: 'stack' }, h('div', { class: 'editor' }, this.gutter, this.area), this.errors);
    this.area.addEventListener('scroll', () => { this.gutter.scrollTop = this.area.scrollTop; });
    this.area.addEventListener('input', () => this.later());
    this.number([]);
    this.resize();
    this.verify();
  }

  get text() { return this.area.value; }

  set text(value) {
    this.area.value = value;
    this.later();
  }

  value() { return parse(this.text); }

  resize() {
    const lines = this.text.split('\n').length;
    this.area.style.height = `${Math.min(560, Math.max(220, innerHeight * 0.6), Math.max(220, lines * 20 + 30))}px`;
    this.gutter.style.height = this.area.style.height;
  }

  later() {
    if (this.changed) this.changed(this.text);
    this.resize();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.verify(), 250);
  }

  // verify reports whether all is well.
  async verify() {
    const text = this.text;
    const places = new Map();
    let value;
    try {
      value = parse(text, places);
    } catch (err) {
      if (!(err instanceof Mistake)) throw err;
      this.mark([{ line: err.line, text: err.message }]);
      return false;
    }
    try {
      if (this.check) await this.check(value);
    } catch (err) {
      if (text !== this.text) return false;
      this.refused(err, places);
      return false;
    }
    if (text === this.text) this.mark([]);
    return true;
  }

  // refused shows what the admin API said of the text.
  refused(err, places) {
    if (!(err instanceof Refusal)) {
      toast(err.message, 'bad');
      return;
    }
    if (!places) parse(this.text, places = new Map());
    const errors = err.errors.length ? err.errors : [{ pointer: '', rule: err.message }];
    this.mark(errors.map(f => {
      const pointer = f.pointer.startsWith(this.base) ? f.pointer.slice(this.base.length) : f.pointer;
      return { line: lineOf(this.text, places, pointer), text: `${pointer || 'the whole'}: ${f.value ? f.value + ' ' : ''}${f.rule}` };
    }));
  }

  mark(errors) {
    this.area.setAttribute('aria-invalid', String(errors.length > 0));
    this.good = errors.length === 0;
    fill(this.errors, errors.slice(0, 50).map(f => h('li', {},
      h('button', { type: 'button', onclick: () => this.jump(f.line) }, `line ${f.line}`), show(f.text, 1000))));
    this.number(errors.map(f => f.line));
  }

  number(wrong) {
    const bad = new Set(wrong);
    const n = Math.min(this.text.split('\n').length, 20000);
    fill(this.gutter, Array.from({ length: n }, (_, i) => h('div', { class: bad.has(i + 1) ? 'wrong' : '' }, bad.has(i + 1) ? `✕ ${i + 1}` : String(i + 1))), h('div', {}, ' '));
    this.gutter.scrollTop = this.area.scrollTop;
  }

  jump(line) {
    const lines = this.text.split('\n');
    const from = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(from, from + (lines[line - 1] || '').length);
    this.area.scrollTop = Math.max(0, (line - 6) * 20);
  }
}

// A list of any length of which only what can be seen is in the document.
import { h } from './dom.js';

// RowList shows rows, the newest first. It keeps at most limit of them.
export class RowList {
  constructor(host, { limit, render, key, label }) {
    this.host = host;
    this.limit = limit;
    this.render = render;
    this.key = key;
    this.items = []; // the oldest first
    this.shown = new Map();
    this.current = undefined;
    this.list = h('ol', { class: 'rows', 'aria-label': label });
    host.replaceChildren(this.list);
    host.addEventListener('scroll', () => this.later());
    this.watch = new ResizeObserver(() => { this.height = 0; this.later(); });
    this.watch.observe(host);
  }

  get length() { return this.items.length; }

  // at returns the row at a place from the top.
  at(i) { return this.items[this.items.length - 1 - i]; }

  clear() {
    this.items = [];
    for (const e of this.shown.values()) e.remove();
    this.shown.clear();
    this.host.scrollTop = 0;
    this.later();
  }

  // add takes rows, the oldest first, and lets go of what is beyond the limit.
  add(rows) {
    this.items.push(...rows);
    if (this.items.length > this.limit) this.items.splice(0, this.items.length - this.limit);
    // Who reads further down keeps the place.
    if (this.host.scrollTop > 0 && this.height) this.host.scrollTop += rows.length * this.height;
    this.later();
  }

  later() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }

  draw() {
    if (!this.height) this.height = parseFloat(getComputedStyle(this.list).getPropertyValue('--row')) || 36;
    this.list.style.height = `${this.items.length * this.height}px`;
    const first = Math.max(0, Math.floor(this.host.scrollTop / this.height) - 5);
    const last = Math.min(this.items.length, Math.ceil((this.host.scrollTop + this.host.clientHeight) / this.height) + 5);
    const wanted = new Set();
    for (let i = first; i < last; i++) wanted.add(this.key(this.at(i)));
    for (const [key, e] of this.shown) {
      if (wanted.has(key)) continue;
      e.remove();
      this.shown.delete(key);
    }
    // The order in the document is that of the eye. What stays is not moved,
    // so that it keeps the focus.
    let next = this.list.firstChild;
    for (let i = first; i < last; i++) {
      const row = this.at(i);
      const key = this.key(row);
      let e = this.shown.get(key);
      if (!e) {
        e = h('li', {}, this.render(row));
        this.shown.set(key, e);
      }
      if (e === next) next = next.nextSibling;
      else this.list.insertBefore(e, next);
      e.style.transform = `translateY(${i * this.height}px)`;
      e.setAttribute('aria-posinset', i + 1);
      e.setAttribute('aria-setsize', this.items.length);
      this.mark(e, key);
    }
  }

  mark(e, key) {
    const link = e.firstChild;
    if (key === this.current) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }

  // select marks a row, and brings it into view.
  select(key, scroll) {
    this.current = key;
    for (const [k, e] of this.shown) this.mark(e, k);
    if (!scroll) return;
    const i = this.items.length - 1 - this.items.findIndex(r => this.key(r) === key);
    if (i >= this.items.length || !this.height) return;
    const top = i * this.height;
    if (top < this.host.scrollTop) this.host.scrollTop = top;
    else if (top + this.height > this.host.scrollTop + this.host.clientHeight) this.host.scrollTop = top + this.height - this.host.clientHeight;
    this.draw();
  }

  // step returns the row that lies n below the current one.
  step(n) {
    if (!this.items.length) return undefined;
    const at = this.items.findIndex(r => this.key(r) === this.current);
    if (at < 0) return this.at(0);
    return this.at(Math.min(this.items.length - 1, Math.max(0, this.items.length - 1 - at + n)));
  }

  leave() { this.watch.disconnect(); }
}

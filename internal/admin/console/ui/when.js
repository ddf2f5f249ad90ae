// Times and sizes for people.
import { h } from './dom.js';

const units = [[60, 'second'], [60, 'minute'], [24, 'hour'], [7, 'day']];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });

function relative(then) {
  let n = (then - Date.now()) / 1000;
  if (Math.abs(n) < 1) return 'now';
  for (const [size, unit] of units) {
    if (Math.abs(n) < size) return words.format(Math.round(n), unit);
    n /= size;
  }
  // A session's clock may stand at any time.
  return new Date(then).toISOString().slice(0, 19).replace('T', ' ');
}

// time shows a time relative to now, and exactly on hover.
export function time(iso) {
  const e = h('time', { datetime: iso, title: iso });
  redraw(e);
  return e;
}

function redraw(e) {
  const then = Date.parse(e.getAttribute('datetime'));
  const text = Number.isNaN(then) ? e.getAttribute('datetime') : relative(then);
  if (e.textContent !== text) e.textContent = text;
}

setInterval(() => document.querySelectorAll('time').forEach(redraw), 1000);

export function duration(ms) {
  ms = Number(ms);
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export const count = (n, noun) => `${Number(n).toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

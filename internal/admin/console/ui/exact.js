// JSON that keeps numbers as they are written: a double would change large
// identifiers. It also reports where each value stands.

// Num is a number that a double would change.
export class Num {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
  valueOf() { return Number(this.text); }
}

export class Mistake extends Error {
  constructor(message, at, text) {
    super(message);
    this.at = at;
    this.line = text.slice(0, at).split('\n').length;
  }
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const space = /[ \t\r\n]*/y;
const word = /true|false|null/y;
const words = { true: true, false: false, null: null };

// parse reads a text. Places, if it is a Map, gets the place at which the value
// of each JSON pointer begins.
export function parse(text, places) {
  let at = 0;
  const fail = message => { throw new Mistake(message, at, text); };
  const take = pattern => {
    pattern.lastIndex = at;
    const m = pattern.exec(text);
    if (m) at += m[0].length;
    return m && m[0];
  };
  const value = (pointer, depth) => {
    take(space);
    if (places) places.set(pointer, at);
    if (depth > 500) fail('is nested too deeply');
    const c = text[at];
    if (c === '{') return object(pointer, depth);
    if (c === '[') return array(pointer, depth);
    if (c === '"') return JSON.parse(take(string) || fail('a string has no end, or a character that must be escaped'));
    const w = take(word);
    if (w) return words[w];
    const n = take(number);
    if (n) return String(Number(n)) === n ? Number(n) : new Num(n);
    return fail(at < text.length ? `a value must stand here, not ${JSON.stringify(text[at])}` : 'the text ends too soon');
  };
  const object = (pointer, depth) => {
    const o = {};
    at++;
    take(space);
    if (text[at] === '}') { at++; return o; }
    for (;;) {
      take(space);
      const name = JSON.parse(take(string) || fail('a member\'s name in double quotes must stand here'));
      if (Object.hasOwn(o, name)) fail(`the member ${JSON.stringify(name)} stands here twice`);
      take(space);
      if (text[at] !== ':') fail('a colon must stand here');
      at++;
      const v = value(`${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
      Object.defineProperty(o, name, { value: v, enumerable: true, writable: true, configurable: true });
      take(space);
      if (text[at] === '}') { at++; return o; }
      if (text[at] !== ',') fail('a comma or } must stand here');
      at++;
    }
  };
  const array = (pointer, depth) => {
    const a = [];
    at++;
    take(space);
    if (text[at] === ']') { at++; return a; }
    for (;;) {
      a.push(value(`${pointer}/${a.length}`, depth + 1));
      take(space);
      if (text[at] === ']') { at++; return a; }
      if (text[at] !== ',') fail('a comma or ] must stand here');
      at++;
    }
  };
  const v = value('', 0);
  take(space);
  if (at < text.length) fail('nothing must stand behind the value');
  return v;
}

// print writes a value; with an indent of 0 in one line.
export function print(v, indent = 2, level = 0) {
  if (v instanceof Num) return v.text;
  if (v === null || typeof v !== 'object') return JSON.stringify(v === undefined ? null : v);
  const items = Array.isArray(v)
    ? v.map(x => print(x, indent, level + 1))
    : Object.keys(v).map(k => `${JSON.stringify(k)}:${indent ? ' ' : ''}${print(v[k], indent, level + 1)}`);
  const [open, close] = Array.isArray(v) ? '[]' : '{}';
  if (!items.length) return open + close;
  if (!indent) return open + items.join(',') + close;
  const pad = ' '.repeat(indent * (level + 1));
  return `${open}\n${pad}${items.join(`,\n${pad}`)}\n${' '.repeat(indent * level)}${close}`;
}

// lineOf returns the line, from 1, at which a pointer's value begins; that of
// the nearest value around it where there is none.
export function lineOf(text, places, pointer) {
  while (!places.has(pointer) && pointer) pointer = pointer.slice(0, pointer.lastIndexOf('/'));
  return text.slice(0, places.get(pointer) || 0).split('\n').length;
}

// the admin API: all that the page knows comes from it.
import { ask } from './dom.js';
import { parse, print } from './exact.js';

const kept = 'dispatchmock-token';
let asking = null;

function headers(more) {
  const token = sessionStorage.getItem(kept);
  return token ? { ...more, 'X-Mock-Token': token } : { ...more };
}

// token asks for the control token, once for all who wait for it.
function token(refused) {
  asking ||= ask('Control token', [{ name: 'token', label: 'Token', type: 'password', required: true }], 'Use it',
    (refused ? 'That token is not the server\'s. ' : '') + 'The server\'s admin API asks for a token: the one of --admin-token-env, --admin-token-file or --admin-token, or the one that the server printed when it started. It is kept for this tab only.')
    .then(answer => {
      asking = null;
      if (!answer) throw new Error('Without the token the admin API answers nothing.');
      sessionStorage.setItem(kept, answer.token.trim());
    }, err => { asking = null; throw err; });
  return asking;
}

// open asks the admin API and returns the response, asking for the token if need be.
export async function open(path, options = {}) {
  for (;;) {
    const sent = sessionStorage.getItem(kept);
    const response = await fetch('/_mock' + path, { ...options, headers: headers(options.headers), cache: 'no-store' }).catch(err => {
      throw err.name === 'AbortError' ? err : new Error('The server cannot be reached: is it still running?');
    });
    if (response.status !== 401) return response;
    if (sent === sessionStorage.getItem(kept)) await token(sent !== null);
  }
}

// Refusal is a problem that the admin API answered with.
export class Refusal extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || 'The admin API refused.');
    this.status = problem.status;
    this.errors = problem.errors || [];
  }
}

// ask_ asks the admin API. Exact keeps numbers that a double would change.
export async function ask_(method, path, body, { exact = true } = {}) {
  const init = { method };
  if (body !== undefined) {
    init.body = typeof body === 'string' ? body : print(body, 0);
    init.headers = { 'Content-Type': 'application/json' };
  }
  const response = await open(path, init);
  const text = await response.text();
  if (!response.ok) {
    let problem = { detail: text.slice(0, 300), status: response.status };
    try { problem = JSON.parse(text); } catch { /* the text must do */ }
    throw new Refusal(problem);
  }
  if (!text) return null;
  return exact ? parse(text) : JSON.parse(text);
}

export const get = path => ask_('GET', path);
// rows asks for a list of exchanges, whose numbers are all small.
export const rows = path => ask_('GET', path, undefined, { exact: false });
export const post = (path, body = {}) => ask_('POST', path, body);
export const put = (path, body) => ask_('PUT', path, body);
export const del = path => ask_('DELETE', path);

export const at = (strings, ...values) => strings.reduce((all, s, i) => all + encodeURIComponent(values[i - 1]) + s);

// download saves what a path answers as a file.
export async function download(path, name) {
  const response = await open(path);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const remembered = new Map();

// once asks for what does not change while the server runs.
export function once(path) {
  if (!remembered.has(path)) {
    remembered.set(path, get(path).catch(err => { remembered.delete(path); throw err; }));
  }
  return remembered.get(path);
}

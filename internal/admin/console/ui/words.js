// The words and marks that several views use, so that a thing is called the
// same everywhere.

// verdicts have a mark, so that nobody needs the colour.
export const verdicts = {
  ok: { mark: '✓', word: 'ok', about: 'Answered with success.' },
  rejected: { mark: '–', word: 'rejected', about: 'The request kept the contract and was refused for what is stored or allowed.' },
  invalid: { mark: '!', word: 'invalid', about: 'The request broke the contract.' },
  simulated: { mark: '◆', word: 'simulated', about: 'A scenario changed the answer.' },
  violation: { mark: '✕', word: 'violation', about: 'The mock itself broke the contract or failed; of a proxy, its target did.' },
};

export const grades = {
  documented: 'the vendor says so',
  inferred: 'it follows from what the vendor says',
  assumed: 'nothing public says; yours to change',
};

// gradeOf reads the letter at the beginning of a schema's comment.
export function gradeOf(comment) {
  return { P: 'documented', V: 'documented', I: 'inferred', A: 'assumed' }[(comment || '').trim()[0]] || '';
}

export function statusClass(status) { return status >= 100 ? `s${Math.floor(status / 100)}` : 's0'; }

// unseen are characters that steer a terminal or do not show in it.
const unseen = /((?:(?![\n\t])[\p{C}\p{Zl}\p{Zp}])+)/u;

// quote makes one word of a text for a POSIX shell. What a person would not see
// in a paste is written as the output of printf.
export function quote(text) {
  if (/^[A-Za-z0-9_./:@-]+$/.test(text)) return text;
  const octal = part => [...new TextEncoder().encode(part)].map(b => '\\' + b.toString(8).padStart(3, '0')).join('');
  return String(text).split(unseen).map((part, i) => i % 2 ? `"$(printf '${octal(part)}')"` : part && `'${part.replaceAll('\'', '\'\\\'\'')}'`).join('') || '\'\'';
}

// sampleCurl is the command that makes a first row appear.
export function sampleCurl(base, clients) {
  const c = clients.find(one => (one.roles || []).includes('Dispatcher')) || clients[0] || { token: 'any-token', tenants: [1] };
  return `curl -i -X DELETE -H ${quote('Authorization: Bearer ' + c.token)} -H ${quote('x-tenant-id: ' + ((c.tenants || [])[0] ?? 1))} ${quote(base + '/customers/1/locations/1')}`;
}

// sentence makes a violation one sentence: what is wrong, and the hint. A hint that
// begins with a verb lacks its subject.
export function sentence(f) {
  const hint = f.hint || f.rule;
  return f.pointer && /^[a-z]/.test(hint) ? `${f.pointer.slice(1)} ${hint}` : hint;
}

// short is the message of a row without the place that it begins with.
export function short(message) {
  return message.replace(/^preflight\/\S+ (?=[A-Z])/, '').replace(/^(request header|header|path|body)\//, '');
}

export const operationPath = /^(?:\/_s\/[^/]+)?\/customers\/([^/?]*)\/locations\/([^/?]*)\/?$/;

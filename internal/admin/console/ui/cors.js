// Whether a browser would let a page of another origin make a request, by the
// lists of the answers (Fetch standard).

const simpleMethods = new Set(['GET', 'HEAD', 'POST']);
const simpleHeaders = new Set(['accept', 'accept-language', 'content-language']);
const simpleTypes = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

function list(schemas, relaxed, name) {
  const model = (relaxed && schemas.RelaxedResponseHeadersModel) || schemas.StandardResponseHeadersModel || {};
  const value = model.properties?.[name]?.const || '';
  return value.split(',').map(v => v.trim()).filter(Boolean);
}

// verdict says whether the request would be sent, in sentences.
export function verdict(contract, method, headers) {
  const relaxed = contract.settings.cors === 'relaxed';
  const methods = list(contract.schemas, relaxed, 'Access-Control-Allow-Methods');
  const allowed = list(contract.schemas, relaxed, 'Access-Control-Allow-Headers');
  const exposed = list(contract.schemas, relaxed, 'Access-Control-Expose-Headers');
  const against = [];
  if (!simpleMethods.has(method) && !methods.includes(method)) against.push(`Access-Control-Allow-Methods does not list ${method}.`);
  const asked = headers.filter(h => !simple(h)).map(h => h.name.toLowerCase());
  for (const name of new Set(asked)) {
    if (!allowed.some(a => a.toLowerCase() === name)) against.push(`Access-Control-Allow-Headers does not list ${name}.`);
  }
  const unread = ['X-API-VERSION', 'X-REQUEST-ID'].filter(n => !exposed.some(e => e.toLowerCase() === n.toLowerCase()));
  return {
    allowed: against.length === 0,
    against,
    preflight: !simpleMethods.has(method) || asked.length > 0,
    unread,
    lists: relaxed ? 'the relaxed lists (--cors relaxed)' : 'the documented lists',
  };
}

function simple({ name, value }) {
  name = name.toLowerCase();
  if (name === 'content-type') return simpleTypes.has(value.split(';')[0].trim().toLowerCase());
  return simpleHeaders.has(name) && value.length <= 128;
}

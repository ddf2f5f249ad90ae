// Lets Pact's own verifier hold a server against a Pact file:
// node pact.mjs BASE-URL FILE
//
// It brings the states about by the admin API of the mock.
import { createServer } from 'node:http';
import { once } from 'node:events';
import pact from '@pact-foundation/pact-core';

const [base, file] = process.argv.slice(2);

async function admin(method, path, body) {
  const response = await fetch(`${base}/_mock${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  return response.status === 204 ? undefined : response.json();
}

const session = '/sessions/default';
const tokens = { 'web-app': 'dispatcher-token', 'mobile-app': 'second-dispatcher-token', 'tenant2-app': 'tenant2-token', 'driver-app': 'driver-token' };

async function bringAbout(state, params) {
  switch (state) {
    case 'a token of a client':
      return { token: tokens[params.client_id] };
    case 'a client that last named an API version':
      await admin('PUT', `${session}/pins`, { pins: { [params.client_id]: params.version } });
      return {};
    case 'a client that never named an API version':
      await admin('PUT', `${session}/pins`, { pins: { [params.client_id]: null } });
      return {};
    case 'a customer at a location': {
      const [, customer, location] = /customers\/(-?\d+)\/locations\/(-?\d+)/.exec(params.path);
      await admin('PATCH', `${session}/records/${params.tenant}/${customer}/${location}`, { is_active: params.is_active });
      return {};
    }
    case 'a token that nobody has':
    case 'no such customer at the location':
      return {};
  }
  throw new Error(`nobody knows the state ${state}`);
}

const states = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  try {
    const { state, params, action } = JSON.parse(text);
    const values = action === 'setup' ? await bringAbout(state, params) : {};
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(values));
  } catch (error) {
    response.writeHead(500);
    response.end(String(error));
  }
});
states.listen(0, '127.0.0.1');
await once(states, 'listening');

try {
  await pact.verifyPacts({
    provider: 'CRO Software Dispatch API',
    providerBaseUrl: base,
    pactUrls: [file],
    providerStatesSetupUrl: `http://127.0.0.1:${states.address().port}/`,
    providerStatesTeardown: false,
    logLevel: 'warn',
  });
  console.log('the provider keeps the pact');
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  states.close();
  states.closeAllConnections();
}

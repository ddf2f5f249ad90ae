// A client of the types that openapi-typescript makes of the document of
// 2021/04/07. It is compiled and run by a test, with the server's URL.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

declare const process: { argv: string[] };

type Location = components['schemas']['DispatchCustomerLocationModel'];
type Refusal = components['schemas']['ErrorModel'];

const resource = '/customers/{customer_id}/locations/{customer_location_id}';
const client = createClient<paths>({ baseUrl: process.argv[2]!, headers: { Authorization: 'Bearer dispatcher-token' } });

function params(tenant: number) {
  return {
    path: { customer_id: 1, customer_location_id: 1 },
    header: { 'x-tenant-id': tenant, 'x-api-version': '2021/04/07' },
  } as const;
}

const before = await client.GET(resource, { params: params(1) });
const deactivated = await client.DELETE(resource, { params: params(1) });
const after = await client.GET(resource, { params: params(1) });
const refused = await client.DELETE(resource, { params: params(2) });

function told(answer: { data?: Location }) {
  if (!answer.data) throw new Error(JSON.stringify(answer));
  // Each has its type: what may be null, and what is of an address.
  const id: number = answer.data.id;
  const active: boolean = answer.data.is_active;
  const parent: number | null = answer.data.parent_id;
  const latitude: number | null | undefined = answer.data.addresses[0]?.latitude;
  // @ts-expect-error From 2021/04/07 on it is called id.
  const old = answer.data.customer_id;
  // @ts-expect-error It may be null.
  const certain: number = answer.data.parent_id;
  return { id, active, parent, latitude, old, certain };
}

// @ts-expect-error The tenant has to be named.
const nobody: Parameters<typeof client.GET<typeof resource>>[1] = { params: { path: { customer_id: 1, customer_location_id: 1 } } };
void nobody;

const refusal: Refusal | undefined = refused.error;
console.log(JSON.stringify([told(before), told(deactivated), told(after), { status: refused.response.status, field: refusal?.field }]));

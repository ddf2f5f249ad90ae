// Prints the types of the npm package, made from the OpenAPI document of the
// admin API on standard input: the bodies, and the query of the journal.
import { text } from 'node:stream/consumers';
import openapiTS, { astToString } from 'openapi-typescript';

const document = JSON.parse(await text(process.stdin), (key, value) =>
  key === '$ref' ? value.replace('/definitions/', '.') : value,
);
const schemas = document.components.schemas;
// The generator follows no reference into a schema.
for (const [name, schema] of Object.entries(schemas)) {
  for (const [part, definition] of Object.entries(schema.definitions ?? {})) schemas[`${name}.${part}`] = definition;
  delete schema.definitions;
}
const path = '/_mock/journal';
document.paths = { [path]: { get: document.paths[path].get } };
const types = await openapiTS(document, { defaultNonNullable: false, emptyObjectsUnknown: true });
process.stdout.write(`// Made by a test from the OpenAPI document of the admin API; not to be edited.\n\n${astToString(types)}`);

// Holds OpenAPI documents against validators that share no code with us:
//
//     node validate.mjs FILE…
//
// and prints what each says of each file as a line of JSON.
import { readFile } from 'node:fs/promises';
import SwaggerParser from '@apidevtools/swagger-parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createConfig, lintFromString } from '@redocly/openapi-core';

// Redocly's own type tree instead of a JSON Schema, and examples held against
// the schemas that stand beside them.
const config = await createConfig({
  rules: {
    struct: 'error',
    'no-unresolved-refs': 'error',
    'no-identical-paths': 'error',
    'no-ambiguous-paths': 'error',
    'path-parameters-defined': 'error',
    'operation-operationId-unique': 'error',
    'operation-parameters-unique': 'error',
    'operation-operationId-url-safe': 'error',
    'security-defined': 'off',
    'no-unused-components': 'error',
    'no-enum-type-mismatch': 'error',
    'no-schema-type-mismatch': 'error',
    'no-required-schema-properties-undefined': 'error',
    'no-invalid-media-type-examples': 'error',
    'no-invalid-schema-examples': 'error',
    'no-invalid-parameter-examples': 'error',
  },
});

const tools = {
  'swagger-parser': async (text) => {
    await SwaggerParser.validate(JSON.parse(text));
    return '';
  },
  'openapi-schema-validator': async (text) => {
    const { valid, errors } = await new Validator().validate(JSON.parse(text));
    return valid ? '' : JSON.stringify(errors);
  },
  redocly: async (text, file) => {
    const problems = await lintFromString({ source: text, absoluteRef: file, config });
    return problems.map((p) => `${p.location[0]?.pointer}: ${p.message} (${p.ruleId})`).join('; ');
  },
};

for (const file of process.argv.slice(2)) {
  const text = await readFile(file, 'utf8');
  for (const [tool, check] of Object.entries(tools)) {
    let said;
    try {
      said = await check(text, file);
    } catch (error) {
      said = error.message;
    }
    console.log(JSON.stringify({ file, tool, said }));
  }
}

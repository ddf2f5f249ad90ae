// Holds a report against a tool of another maker: node check.mjs har|junit FILE
import { readFileSync } from 'node:fs';
import { har } from 'har-validator/lib/promise.js';
import { parse } from 'junit2json';

const [kind, file] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');

switch (kind) {
  case 'har': {
    const data = JSON.parse(text);
    await har(data);
    console.log(JSON.stringify({ entries: data.log.entries.length }));
    break;
  }
  case 'junit': {
    const suites = await parse(text);
    console.log(JSON.stringify(suites));
    break;
  }
  default:
    throw new Error(`there is no check of ${kind}`);
}

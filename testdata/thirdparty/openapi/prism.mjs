// Runs Prism as a validation proxy, as its command proxy does, for many
// documents in one process, which is quicker:
//
//     node prism.mjs UPSTREAM DOCUMENT…
//
// Prism prints an address for each document, in their order.
import prism from '@stoplight/prism-cli/dist/util/createServer.js';

const [upstream, ...documents] = process.argv.slice(2);
for (const document of documents) {
  await prism.createSingleProcessPrism({
    document,
    upstream: new URL(upstream),
    host: '127.0.0.1',
    port: 0,
    // Preflights are for the server to answer.
    cors: false,
    // What Prism finds is told in a header field of the answer.
    errors: false,
    validateRequest: true,
    multiprocess: false,
    dynamic: false,
    verboseLevel: 'start',
  });
}

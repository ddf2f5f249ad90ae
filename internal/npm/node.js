'use strict';
const { spawn } = require('node:child_process');
const { Admin } = require('./admin.js');
const { binary } = require('./binary.js');

// How a started server names itself to the processes below this one; the
// variables are those of "dispatchmock exec".
const variables = /^(DISPATCHMOCK_(?!BINARY)|NODE_EXTRA_CA_CERTS$|SSL_CERT_FILE$)/;

// The server runs until its command ends, and the command ends with its
// standard input: when this process closes it, or is gone, in whatever way.
const command = 'process.stdout.write(JSON.stringify(process.env) + "\\n"); process.stdin.resume().on("end", () => process.exit());';

let shared; // the server that this process has started
let users = 0;

/** Starts a server, or uses the one that this process or one above it has. */
exports.startMock = async function startMock(options = {}) {
  if (!shared && process.env.DISPATCHMOCK_URL) return mock(async () => {});
  shared ??= launch(options);
  users++;
  const { stop } = await shared.catch((error) => {
    shared = undefined;
    users = 0;
    throw error;
  });
  let stopped = false;
  return mock(async () => {
    if (stopped) return;
    stopped = true;
    if (--users > 0) return;
    shared = undefined;
    await stop();
  });
};

function mock(stop) {
  const url = process.env.DISPATCHMOCK_URL;
  const adminUrl = process.env.DISPATCHMOCK_ADMIN_URL ?? `${url}/_mock`;
  const admin = new Admin(adminUrl, process.env.DISPATCHMOCK_ADMIN_TOKEN);
  return { url, adminUrl, session: (options) => admin.createSession(options), stop };
}

async function launch({ flags = [], ...named }) {
  const given = Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]);
  const program = spawn(
    binary(),
    ['exec', '--quiet', ...given, ...flags, '--', process.execPath, '-e', command],
    // Apart from the terminal's Ctrl-C, which a test runner answers by tearing down.
    { env: { ...process.env, NODE_OPTIONS: '' }, detached: true, windowsHide: true },
  );
  const exited = new Promise((resolve) => program.on('exit', resolve));
  const environment = await started(program);
  const before = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!variables.test(name) || process.env[name] === value) continue;
    before[name] = process.env[name];
    process.env[name] = value;
  }
  // An open server keeps no process alive.
  for (const handle of [program, program.stdin, program.stdout, program.stderr]) handle.unref();
  const stop = async () => {
    program.ref();
    program.stdin.end();
    await exited;
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  return { stop };
}

// Returns the environment of the server's command.
function started(program) {
  return new Promise((resolve, reject) => {
    let output = '';
    let errors = '';
    program.on('error', reject);
    program.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    program.on('close', (code) => reject(new Error(`dispatchmock ended with ${code} before it was ready:\n${errors}`)));
    program.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.includes('\n')) resolve(JSON.parse(output));
    });
  });
}

#!/usr/bin/env node
'use strict';
// Runs the program of this platform's package and ends as the program ends.
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { binary } = require('./binary.js');

let program;
try {
  program = spawn(binary(), process.argv.slice(2), { stdio: 'inherit' });
} catch (error) {
  fail(error);
}
program.on('error', fail);
// A terminal sends Ctrl-C to the program as well; other signals reach only this process.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal));
program.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));

function fail(error) {
  console.error(`dispatchmock: ${error.message}`);
  process.exit(1);
}

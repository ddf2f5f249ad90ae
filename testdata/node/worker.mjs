// One of the fifty workers: a thread of its own, with its own connections.

import { parentPort, workerData } from 'node:worker_threads';
import { script } from './script.mjs';

const gate = new Int32Array(workerData.gate);
parentPort.postMessage('ready');
Atomics.wait(gate, 0, 0); // until all are ready
try {
  await script(workerData.n);
  parentPort.postMessage('passed');
} catch (error) {
  parentPort.postMessage(`worker ${workerData.n}: ${error.stack}${error.cause ? `\ncaused by ${error.cause.stack}` : ''}`);
}

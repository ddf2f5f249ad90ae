import assert from 'node:assert/strict';
import test from 'node:test';
import { Worker } from 'node:worker_threads';

const workers = 50;

test(`${workers} workers at once, each in a session of its own`, async () => {
  const gate = new SharedArrayBuffer(4);
  let ready = 0;
  const ends = Array.from({ length: workers }, (_, n) => new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { n, gate } });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`worker ${n} ended with ${code} and said nothing`)));
    worker.on('message', (message) => {
      if (message !== 'ready') return resolve(message);
      if (++ready < workers) return;
      const flag = new Int32Array(gate);
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
    });
  }));
  const failed = (await Promise.all(ends)).filter((message) => message !== 'passed');
  assert.deepEqual(failed, [], failed.join('\n'));
});

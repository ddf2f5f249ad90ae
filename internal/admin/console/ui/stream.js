// Exchanges as they happen: server-sent events, read by fetch so that the
// token's header can go with the request.
import { open } from './client.js';

// slice is how many milliseconds of a burst are read before the browser may
// draw and answer.
const slice = 10;

// follow hands on rows of the journal until it is stopped. It begins behind an ID
// and after a break goes on behind the last row: none is lost that the journal
// still has, none comes twice.
export function follow(query, after, on) {
  let last = after;
  let stopped = false;
  let control = null;
  let wait = 250;
  // A browser has six connections to a server over HTTP/1: pages that nobody
  // sees must not keep them from those that somebody does.
  const hide = () => { if (document.hidden) control.abort(); };
  const run = async () => {
    for (;;) {
      await shown();
      if (stopped) return;
      control = new AbortController();
      document.addEventListener('visibilitychange', hide, { signal: control.signal });
      try {
        const response = await open('/journal/stream?' + query, { headers: { 'Last-Event-ID': String(last) }, signal: control.signal });
        if (!response.ok) {
          const problem = await response.json().catch(() => ({}));
          throw new Error(problem.detail || `The server answered ${response.status}.`);
        }
        on.state('live');
        wait = 250;
        await read(response.body.getReader(), event => {
          if (stopped) return;
          if (event.name === 'missed') on.missed();
          if (event.name !== 'exchange') return;
          const row = JSON.parse(event.data);
          if (row.id <= last) return;
          last = row.id;
          on.row(row);
        });
      } catch (err) {
        if (stopped) return;
        if (!document.hidden) on.state('lost', err.message);
      }
      control.abort();
      if (stopped) return;
      on.state('again');
      await new Promise(done => setTimeout(done, wait));
      wait = Math.min(wait * 2, 5000);
    }
  };
  run();
  return () => {
    stopped = true;
    if (control) control.abort();
  };
}

// shown waits until the page can be seen.
async function shown() {
  while (document.hidden) await new Promise(done => document.addEventListener('visibilitychange', done, { once: true }));
}

// read takes events apart until the stream ends.
async function read(reader, handle) {
  const decoder = new TextDecoder();
  let rest = '';
  let until = performance.now() + slice;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    let end;
    let from = 0;
    while ((end = rest.indexOf('\n\n', from)) >= 0) {
      const event = { name: 'message', data: '' };
      for (const line of rest.slice(from, end).split('\n')) {
        if (line.startsWith('event: ')) event.name = line.slice(7);
        else if (line.startsWith('data: ')) event.data += line.slice(6);
      }
      from = end + 2;
      handle(event);
      if (performance.now() < until) continue;
      await new Promise(done => setTimeout(done));
      until = performance.now() + slice;
    }
    rest = rest.slice(from);
  }
}

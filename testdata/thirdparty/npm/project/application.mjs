// An application whose server and page both call the API: the base URL is in a
// cookie for the server, and in a global for the page.
import { createServer } from 'node:http';

const path = '/customers/1/locations/1';
const headers = { Authorization: 'Bearer dispatcher-token', 'x-tenant-id': '1' };

const page = (active) => `<!doctype html><title>Customer</title>
<p id="rendered">${active}</p><p id="active"></p><button>Deactivate</button>
<script>
document.querySelector('button').onclick = async () => {
  const answer = await fetch(DISPATCHMOCK_URL + '${path}', { method: 'DELETE', headers: ${JSON.stringify(headers)} });
  document.querySelector('#active').textContent = (await answer.json()).is_active;
};
</script>`;

createServer(async (request, response) => {
  const base = /dispatchmock-url=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (request.url !== '/' || !base) return response.end();
  const answer = await fetch(decodeURIComponent(base) + path, { headers });
  response.setHeader('Content-Type', 'text/html');
  response.end(page((await answer.json()).is_active));
}).listen(Number(process.env.PORT), '127.0.0.1');

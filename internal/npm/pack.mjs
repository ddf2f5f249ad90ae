// Makes the tarballs of the npm packages:
//   node internal/npm/pack.mjs VERSION OUT linux-x64=dist/…/dispatchmock …
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const [version, out, ...binaries] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version ?? '') || binaries.length === 0) {
  console.error('usage: node pack.mjs VERSION OUT PLATFORM=BINARY …');
  process.exit(2);
}

const source = fileURLToPath(new URL('.', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'dispatchmock-npm-'));
mkdirSync(out, { recursive: true });
try {
  const main = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  for (const entry of binaries) {
    const [platform, binary] = entry.split(/=(.*)/s);
    if (!platforms.includes(platform)) throw new Error(`${platform} is not one of ${platforms.join(', ')}`);
    const [os, cpu] = platform.split('-');
    const file = os === 'win32' ? 'dispatchmock.exe' : 'dispatchmock';
    const folder = join(work, platform);
    mkdirSync(folder);
    cpSync(binary, join(folder, file));
    chmodSync(join(folder, file), 0o755);
    pack(folder, {
      name: `@dispatchmock/${platform}`,
      version,
      description: `The program of dispatchmock for ${platform}`,
      license: main.license,
      repository: main.repository,
      os: [os],
      cpu: [cpu],
      files: [file],
      publishConfig: { access: 'public' },
    });
  }
  const folder = join(work, 'main');
  cpSync(source, folder, { recursive: true });
  rmSync(join(folder, 'pack.mjs'));
  pack(folder, { ...main, version, optionalDependencies: Object.fromEntries(platforms.map((p) => [`@dispatchmock/${p}`, version])) });
} finally {
  rmSync(work, { recursive: true });
}

function pack(folder, manifest) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  // npm is a script on Windows, which needs a shell.
  const options = { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' };
  execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve(out)], options);
}

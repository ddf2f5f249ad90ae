// Makes the tarballs of the npm packages:
//   node internal/npm/pack.mjs VERSION OUT linux-x64=PATH …
//   node internal/npm/pack.mjs VERSION OUT DIST, the folder that goreleaser has made
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const [version, out, ...given] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version ?? '') || given.length === 0) {
  console.error('usage: node pack.mjs VERSION OUT DIST | PLATFORM=BINARY …');
  process.exit(2);
}

const binaries = given[0].includes('=') ? given : ofRelease(given[0]);
const source = fileURLToPath(new URL('.', import.meta.url));
const license = join(source, '..', '..', 'LICENSE');
// The registry compares the repository with the one that a provenance names.
const repository = process.env.GITHUB_REPOSITORY && `${process.env.GITHUB_SERVER_URL}/${process.env.GITHUB_REPOSITORY}`;
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
    cpSync(license, join(folder, 'LICENSE'));
    chmodSync(join(folder, file), 0o755);
    pack(folder, {
      name: `@dispatchmock/${platform}`,
      version,
      description: `The program of dispatchmock for ${platform}`,
      license: main.license,
      repository,
      os: [os],
      cpu: [cpu],
      files: [file],
      publishConfig: { access: 'public' },
    });
  }
  const folder = join(work, 'main');
  cpSync(source, folder, { recursive: true });
  rmSync(join(folder, 'pack.mjs'));
  cpSync(license, join(folder, 'LICENSE'));
  pack(folder, { ...main, version, repository, optionalDependencies: Object.fromEntries(platforms.map((p) => [`@dispatchmock/${p}`, version])) });
} finally {
  rmSync(work, { recursive: true });
}

// Returns the programs that goreleaser's list of artifacts has.
function ofRelease(dist) {
  const name = { amd64: 'x64', windows: 'win32' };
  return JSON.parse(readFileSync(join(dist, 'artifacts.json'), 'utf8'))
    .filter((artifact) => artifact.type === 'Binary')
    .map(({ goos, goarch, path }) => `${name[goos] ?? goos}-${name[goarch] ?? goarch}=${path}`);
}

function pack(folder, manifest) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  // npm is a script on Windows, which needs a shell.
  const options = { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' };
  execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve(out)], options);
}

// Plain JavaScript without packages: it runs on a bare machine, under whichever Node that has, before anything is installed.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPinnedNode, runToEnd } from '../packages/shared/bin/pinned-node.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');

const vitest = 'node_modules/vitest/vitest.mjs';
const biome = 'node_modules/@biomejs/biome/bin/biome';

const projects = (...names) => names.map((name) => `--project=${name}`);

const tasks = {
  start: { does: 'the server, and the agent on this machine', runs: ['scripts/start.ts'] },
  demo: { does: 'npm start with an invented council and its year; --help tells how', runs: ['scripts/demo.ts'] },
  test: {
    does: 'every test that needs only npm packages',
    runs: [vitest, 'run', ...projects('unit', 'together', 'unit-postgres', 'together-postgres')],
  },
  'test-system': { does: 'the tests against real system services', runs: ['scripts/test-system.ts'] },
  check: { does: 'formatting, lint, types, structure and unit tests', runs: ['scripts/check.ts'] },
  format: { does: 'writes the formatting that check asks for', runs: [biome, 'format', '--write'] },
  bench: { does: 'measures, one JSON object per line', runs: ['scripts/bench/main.ts'] },
  hostile: { does: 'attacks the server with hostile requests', runs: ['test/hostile/main.ts'] },
  fleet: { does: 'plays many devices against a server; --help tells how', runs: ['scripts/fleet/main.ts'] },
  simulate: {
    does: 'agents and a server under one seed, with every fault; --help tells how',
    runs: ['test/simulation/main.ts'],
  },
  bundle: { does: 'builds the agent as it is installed', runs: ['scripts/bundle.ts'] },
  package: { does: 'builds a package: debian, windows, macos (the agent) or server', runs: ['scripts/package.ts'] },
};

function usage() {
  const lines = Object.entries(tasks).map(([name, task]) => `  ${name.padEnd(12)} ${task.does}`);
  return ['Usage: node scripts/run.mjs TASK [ARGS]', '', ...lines].join('\n');
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined;
}

// Compares versions, not times: a git checkout touches package-lock.json, and `npm ci` under a running program is not harmless.
function isInstalled() {
  const installed = packagesOf(join(modules, '.package-lock.json'));
  if (!installed || !findPinnedNode(root)) return false;
  const wanted = Object.entries(packagesOf(join(root, 'package-lock.json')));
  return wanted
    .filter(([path, entry]) => path.startsWith('node_modules/') && !isForSomeMachinesOnly(entry))
    .every(
      ([path, entry]) => installed[path]?.version === entry.version && installed[path]?.resolved === entry.resolved,
    );
}

function isForSomeMachinesOnly(entry) {
  return entry.optional || entry.devOptional || entry.peer;
}

async function install() {
  console.error('Installing the npm packages of package-lock.json (npm ci) ...');
  const started = Date.now();
  // `start` and `check` need the developers' packages too, whatever NODE_ENV or an omit setting says.
  const code = await runToEnd('npm', ['ci', '--include=dev'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (code !== 0)
    return fail(
      `npm ci failed (exit ${code}), see above. Can this machine reach the npm registry? Try \`npm ping\`.`,
      code,
    );
  if (!findPinnedNode(root))
    return fail('npm ci did not install Node: are install scripts switched off (`npm config get ignore-scripts`)?', 1);
  console.error(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  return 0;
}

function fail(message, code) {
  console.error(message);
  return code;
}

// What tests load again and again is compiled once (https://nodejs.org/api/module.html#module-compile-cache). Not what is
// measured, nor what is run for people: nothing is to be run from a folder that anybody may write to.
const COMPILED_ONCE = new Set(['test', 'test-system', 'check', 'simulate', 'hostile']);

function perform(name, args) {
  const env = { ...process.env, PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter) };
  if (COMPILED_ONCE.has(name)) env.NODE_COMPILE_CACHE ??= join(modules, '.cache/compiled');
  return runToEnd(findPinnedNode(root), [...tasks[name].runs, ...args], { cwd: root, env });
}

async function main([name, ...args]) {
  if (name === '--help' || name === '-h') {
    console.log(usage());
    return 0;
  }
  if (!Object.hasOwn(tasks, name ?? ''))
    return fail(`${name ? `There is no task "${name}".` : 'Which task?'}\n\n${usage()}`, 2);
  const installed = isInstalled() ? 0 : await install();
  return installed === 0 ? perform(name, args) : installed;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = fail(`Could not run: ${error.message}`, 1);
}

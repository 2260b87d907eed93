import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseCLI, startVitest } from 'vitest/node';
import { type DebianPackage, debianPackages, missingPackages, packageNames } from './debian-packages.ts';

const vitestFile = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const dayMs = 86_400_000;
const policyFile = '/usr/sbin/policy-rc.d';
// What invoke-rc.d and systemctl ask before a package's installation starts its services: 101 is "no".
const policy = "#!/bin/sh\n# Written by Beadle's system tests for the time of one installation.\nexit 101\n";

function apt(...args: string[]): boolean {
  console.log(`$ apt-get ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
}

const update = (): boolean => apt('-qq', 'update');

function install(packages: readonly DebianPackage[]): boolean {
  const quietly = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  return apt(...quietly, 'install', '-y', '--no-install-recommends', ...packages);
}

function hasFreshLists(): boolean {
  const lists = globSync('/var/lib/apt/lists/*Packages*');
  return lists.some((path) => Date.now() - statSync(path).mtimeMs < dayMs);
}

/** Keeps services from starting while `work` runs. A policy that the machine already has is left to decide. */
function withoutServices<T>(work: () => T): T {
  const isOurs = !existsSync(policyFile) || readFileSync(policyFile, 'utf8') === policy;
  if (!isOurs) return work();
  writeFileSync(policyFile, policy, { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(policyFile);
  }
}

function installMissing(missing: readonly DebianPackage[]): boolean {
  const wasUpdated = !hasFreshLists() && update();
  return install(missing) || (!wasUpdated && update() && install(missing));
}

/** False where root could not install what the tests need: they would then all be skipped, which is no verdict. */
function prepare(): boolean {
  const missing = missingPackages(packageNames);
  if (missing.length === 0) return true;
  console.log('These Debian packages are missing:');
  for (const name of missing) console.log(`  ${name.padEnd(24)} ${debianPackages[name]}`);
  const isRoot = process.getuid?.() === 0;
  const isInstalled = isRoot && withoutServices(() => installMissing(missing));
  if (isRoot) console.log(isInstalled ? 'Installed.' : 'Could not install them.');
  else console.log('Only root can install them: the tests that need them are skipped.');
  return isInstalled || !isRoot;
}

// A signal is heard once a running installation has ended, so that dpkg and policy-rc.d are not left half done.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
/** Those that take longest, so that none is begun last that one lane then waits for alone. */
const LONGEST = ['orders', 'power'].map((name) => `test/system/laptop-${name}.test.ts`);

/** A file of the virtual laptop's tests, which keeps one core busy, in a process of its own. Printed once it has ended. */
function playLaptop(file: string): Promise<number> {
  const child = spawn(process.execPath, [vitestFile, 'run', '--project=laptop', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => child.kill();
  process.once('exit', end);
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      process.off('exit', end);
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

/** Takes one file after another until none is left; gives the worst of their exit codes. */
async function playLaptops(waiting: string[]): Promise<number> {
  let worst = 0;
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
    worst = Math.max(worst, await playLaptop(file));
  return worst;
}

async function run(projects: readonly string[], given: readonly string[]): Promise<number> {
  const { filter, options } = parseCLI(['vitest', 'run', ...projects.map((name) => `--project=${name}`), ...given]);
  const vitest = await startVitest('test', filter, options);
  await vitest.close();
  return Number(process.exitCode ?? 0);
}

/** Two lanes: the virtual laptop's tests, and all others, after which that lane takes what is left of the laptop's. */
async function runAll(): Promise<number> {
  const all = globSync('test/system/laptop*.test.ts').toSorted();
  const waiting = [...LONGEST, ...all.filter((file) => !LONGEST.includes(file))];
  const beside = playLaptops(waiting);
  const code = await run(['system'], []);
  console.log('Waiting for the tests of the virtual laptop ...');
  return Math.max(code, ...(await Promise.all([beside, playLaptops(waiting)])));
}

const isReady = prepare();
const given = process.argv.slice(2);
const code = given.length === 0 ? await runAll() : await run(['system', 'laptop'], given);
process.exit(isReady ? code : 1);

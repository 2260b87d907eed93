import { spawn } from 'node:child_process';

type Step = { readonly name: string; readonly runs: readonly string[] };

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project=unit'];
const structure = 'test/structure.test.ts';

// The quickest to fail first.
const steps: readonly Step[] = [
  { name: 'formatting', runs: ['node_modules/@biomejs/biome/bin/biome', 'format'] },
  { name: 'lint', runs: ['node_modules/oxlint/bin/oxlint', '--type-aware'] },
  { name: 'types', runs: ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.json'] },
  { name: 'structure', runs: [...vitest, structure] },
  { name: 'unit tests', runs: [...vitest, '--exclude', structure] },
];

/** Runs one step under this Node; what it printed is of interest only where it failed. */
function run(step: Step, signal: AbortSignal): Promise<{ readonly passed: boolean; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, step.runs, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    const chunks: Buffer[] = [];
    const keep = (chunk: Buffer): number => chunks.push(chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => resolve({ passed: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}

async function check(signal: AbortSignal): Promise<number> {
  for (const step of steps) {
    const started = performance.now();
    const { passed, output } = await run(step, signal);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (!passed) process.stdout.write(`${output.trimEnd()}\n\n`);
    console.log(`${step.name.padEnd(12)} ${passed ? 'passed' : 'FAILED'} ${seconds.padStart(5)} s`);
    if (!passed) return 1;
  }
  return 0;
}

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
try {
  process.exitCode = await check(stop.signal);
} catch (error) {
  if (!stop.signal.aborted) throw error;
  console.error('Stopped.');
  process.exitCode = 1;
}

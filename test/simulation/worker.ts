import { tmpdir } from 'node:os';
import { existsSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { MUTANTS } from './mutants.ts';
import { plant } from './plant.ts';

/** Asked for one seed after the other; with a fault planted, where one is named. */
export interface WorkerSetting {
  readonly mutant?: string;
}

const { mutant: name } = workerData as WorkerSetting;
const mutant = MUTANTS.find((one) => one.name === name);
if (mutant !== undefined) plant(mutant);

// Loaded only now, with the fault in it.
const [{ prepareGround }, { runSeed }, { createDice }] = await Promise.all([
  import('./server.ts'),
  import('./run.ts'),
  import('./dice.ts'),
]);

/** Memory where there is some to be had: what is tested is the order of things, not the disk's speed. */
const ground = await prepareGround(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), createDice(7).random);
const port = parentPort;
if (port === null) throw new Error('to be started as a worker thread');
async function answer(seed: number | 'end', to: MessagePort): Promise<void> {
  if (seed === 'end') {
    ground.close();
    to.close();
    return;
  }
  to.postMessage(await runSeed(seed, ground));
}
port.on('message', (seed: number | 'end') => void answer(seed, port));
port.postMessage('ready');

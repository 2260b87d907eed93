import { type Command, DATA_OPTION, dataFolder, readOptions } from './command.ts';

/** Puts what the device is held to in force again, from what is kept on it: before there is a network. */
async function holdAgain(data: string): Promise<void> {
  const [{ loadIdentity }, { existsSync }, { join }] = await Promise.all([
    import('../identity/identity.ts'),
    import('node:fs'),
    import('node:path'),
  ]);
  const identity = loadIdentity(data);
  if (identity === undefined || !existsSync(join(data, 'outbox.db'))) return;
  const [{ openStore }, { readDesiredState }] = await Promise.all([
    import('../outbox/store.ts'),
    import('../orders/desired-state.ts'),
  ]);
  const { systemClock } = await import('./system.ts');
  const store = openStore(data, systemClock.now());
  try {
    if ((readDesiredState(store.sql, identity)?.restrictions.length ?? 0) === 0) return;
    const [{ wire }, { thisMachine }] = await Promise.all([import('../wiring.ts'), import('./this-machine.ts')]);
    const transport = () => ({
      send: () => Promise.reject(new Error('no network yet')),
      close: () => Promise.resolve(),
    });
    const { orders } = wire(store, identity, { data, ...(await thisMachine()), transport });
    await orders.orders.settle(['isolate', 'block-removable-media']);
  } finally {
    store.sql.close();
  }
}

export const hold: Command = {
  name: 'hold',
  summary: 'puts what ICT has restricted in force again from what this device has kept; for its start',
  synopsis: '[--data DIR]',
  details: [
    'The service runs it before there is a network. It sends nothing, and does nothing where nothing is restricted.',
  ],
  async run(args) {
    const { values } = readOptions(args, DATA_OPTION);
    await holdAgain(dataFolder(values));
    return 0;
  },
};

import type { KnownServer } from '../identity/identity.ts';
import type { Sql } from '../outbox/store.ts';
import { type Command, DATA_OPTION, dataFolder, readOptions } from './command.ts';

/** Only what it takes is loaded: a laptop's start waits for this. */
async function settle(data: string, sql: Sql, known: KnownServer): Promise<void> {
  const [{ createOrderService }, { createMachine }, { HELD_FROM_START }] = await Promise.all([
    import('../orders/service.ts'),
    import('../host/machine.ts'),
    import('../orders/held-mark.ts'),
  ]);
  const [{ actsFor, restrictorFor }, { createMeta }, { createServerTime }] = await Promise.all([
    import('../restrictions/registry.ts'),
    import('../outbox/meta.ts'),
    import('../uplink/server-time.ts'),
  ]);
  const [{ systemClock: clock }, { keptIn }, { createLog }] = await Promise.all([
    import('./system.ts'),
    import('../restrictions/kept.ts'),
    import('./log.ts'),
  ]);
  const meta = createMeta(sql);
  const host = createMachine({ clock, sources: [], acts: actsFor(process.platform) });
  const { server } = known.enrolment;
  // There is no network yet: addresses are as they were last known.
  const resolve = () => Promise.reject(new Error('there is no network yet'));
  const deps = { host, server, environment: process.env, kept: keptIn(meta), resolve };
  const nothing = () => undefined;
  const service = createOrderService({
    data,
    sql,
    identity: known,
    clock,
    serverTime: createServerTime(clock, meta),
    log: createLog(),
    restrictor: restrictorFor(process.platform, deps),
    resend: nothing,
    noted: nothing,
    refused: nothing,
    pauseChanged: nothing,
  });
  await service.orders.settle(HELD_FROM_START);
}

/** Puts what the device is held to in force again, from what is kept on it: before there is a network. */
async function holdAgain(data: string): Promise<void> {
  const [{ loadEnrolment }, { openExistingStore }] = await Promise.all([
    import('../identity/identity.ts'),
    import('../outbox/store.ts'),
  ]);
  const known = loadEnrolment(data);
  const sql = known === undefined ? undefined : openExistingStore(data);
  if (known === undefined || sql === undefined) return;
  try {
    await settle(data, sql, known);
  } finally {
    sql.close();
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

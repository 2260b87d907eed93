import type { Sql } from './store.ts';

/**
 * Names the latest moment (milliseconds since the epoch) that this device has reached by the best-known time. Only the
 * server's signed time puts it back: a clock that is put back makes no authorisation and no version hold longer.
 */
export const REACHED_AT = 'reached_at';

/** Names the desired states that were refused since `agent-health` last told of any, as JSON. */
export const ORDERS_REFUSED = 'orders_refused';

/** Names the version of the desired state under which the server was last told how every order stands. */
export const EFFECTS_TOLD = 'effects_version_told';

/** Small named values that must survive a restart, in the store's own transactions. */
export interface Meta {
  text(name: string): string | undefined;
  integer(name: string): number;
  set(name: string, value: string | number | undefined): void;
}

export function createMeta(sql: Sql): Meta {
  const read = sql.prepare<[string], { value: string }>('select value from meta where name = ?');
  const write = sql.prepare(
    'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  );
  const remove = sql.prepare('delete from meta where name = ?');
  return {
    text: (name) => read.get(name)?.value,
    integer: (name) => Number(read.get(name)?.value ?? 0),
    set(name, value) {
      if (value === undefined) remove.run(name);
      else write.run(name, String(value));
    },
  };
}

/** The latest moment that the device knows to have reached, `now` included, in milliseconds since the epoch. */
export const latestReached = (meta: Pick<Meta, 'integer'>, now: number): number =>
  Math.max(now, meta.integer(REACHED_AT));

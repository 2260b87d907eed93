import { describe, expect, it } from 'vitest';
import { watchStorage } from '../../src/app/storage.ts';
import { createWorld } from '../../../../test/support/clock.ts';

const failed = (code: string) => Object.assign(new Error(code), { code });

describe('watchStorage', () => {
  it.each(['ENOSPC', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE', '53100', '25006'])(
    'believes %s for half a minute',
    (code) => {
      const world = createWorld();
      const storage = watchStorage(world.clock());
      expect(storage.isRefusing()).toBe(false);
      storage.failed(failed(code));
      world.pass(29_999);
      expect(storage.isRefusing()).toBe(true);
      world.pass(1);
      expect(storage.isRefusing()).toBe(false);
    },
  );

  it.each(['40P01', '55P03', 'SQLITE_BUSY', '23505'])('takes %s for what one request met', (code) => {
    const storage = watchStorage(createWorld().clock());
    storage.failed(failed(code));
    expect(storage.isRefusing()).toBe(false);
  });

  it('forgets it once something was stored', () => {
    const storage = watchStorage(createWorld().clock());
    storage.failed(failed('53100'));
    storage.worked();
    expect(storage.isRefusing()).toBe(false);
  });
});

import type { Random } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import type { Connector } from './connector.ts';

export interface OrderDeps {
  readonly db: Db;
  readonly now: number;
  readonly random: Random;
  readonly connectors: readonly Connector[];
  /** The server's public origin, for links. */
  readonly origin: string;
}

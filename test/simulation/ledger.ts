import type { FindingBody, GapBody, GapCause } from '@beadle/shared';
import type { Kept, SimulatedAgent } from './agent.ts';
import { RULES } from './policies.ts';
import { must } from './violation.ts';

type Body = Partial<FindingBody> & Partial<GapBody> & { readonly salt: string };

interface Entry {
  readonly body: Body;
  /** It may be missing at the server: the store that held it is gone, or so is the server's copy of it. */
  excused: boolean;
}

/** What one device has kept, written down beside it: each of these must arrive once, or somebody must know that it cannot. */
export class Ledger {
  readonly entries = new Map<string, Entry>();
  /** What has happened to this device, by which it may say that its chain is broken. */
  readonly causes = new Set<GapCause>();
  /** A loss that the chain must tell, unless the device is enrolled anew first. */
  mustTellLoss = false;
  /** Put back to an older copy, it has not heard of the server since: what it had sent meanwhile, it does not know. */
  isUnawareOfRollback = false;
  #rollbacks = 0;
  #reached = 0;
  get isRolledBack(): boolean {
    return this.#rollbacks > 0;
  }

  /** Looks at the outbox: what is in it now counts as kept. Gives what was not there before. */
  look(rows: readonly Kept[]): Body[] {
    const news: Body[] = [];
    for (const { text } of rows) {
      const body = JSON.parse(text) as Body;
      if (this.entries.has(body.salt)) continue;
      this.entries.set(body.salt, { body, excused: body.gap !== undefined });
      if (body.gap?.cause === 'bound-reached') this.causes.add('bound-reached');
      news.push(body);
    }
    return news;
  }

  /** No device forgets how late it has been, unless the server itself has told it the time, or its store is another one. */
  reach({ assetTag, reachedAt }: SimulatedAgent, { wasTold }: { readonly wasTold: boolean }): void {
    must(wasTold || reachedAt >= this.#reached, `${assetTag} has been later than it says`);
    this.#reached = reachedAt;
  }

  /** What the outbox no longer holds, and was never sent, has given way to a bound: the gap record counts it. */
  excuse(which: (salt: string) => boolean): number {
    let count = 0;
    for (const [salt, entry] of this.entries) {
      if (entry.excused || !which(salt)) continue;
      entry.excused = true;
      count += 1;
    }
    return count;
  }

  /** The store is gone, or is an older one: what only it knew cannot be told by anybody. */
  lostStore(agent: SimulatedAgent, cause: GapCause, arrived: ReadonlySet<string>): void {
    this.causes.add(cause);
    this.#reached = 0;
    this.excuse((salt) => !arrived.has(salt));
    for (const plug of agent.machine.plugs) plug.mustBeTold = false;
    this.#rollbacks += 1;
    this.isUnawareOfRollback = cause === 'restored-from-older-copy';
    this.mustTellLoss = cause !== 'restored-from-older-copy';
  }

  /**
   * Each stick that was plugged in has become one finding. Gives how many never did: they gave way to a bound as soon as
   * they were kept, and a gap record must count them.
   */
  checkPlugs(agent: SimulatedAgent): number {
    let untold = 0;
    for (const { serial, mustBeTold } of agent.machine.plugs) {
      const told = [...this.entries.values()].filter(
        ({ body }) => body.rule === RULES.STICKS && body.subject === serial,
      );
      const times = new Set(told.map(({ body }) => body.salt)).size;
      if (mustBeTold && times === 0) untold += 1;
      must(times <= 1 + this.#rollbacks, `${agent.assetTag}: the stick ${serial} was told ${times} times`);
    }
    return untold;
  }
}

import type { Random } from '@beadle/shared';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, callerOf } from '../../../access.ts';
import { recordView } from '../../../audit/viewed.ts';
import { type Case, caseOf } from '../../../breaches/case.ts';
import type { BreachAct } from '../../../breaches/life/states.ts';
import { type BreachView } from '../../../breaches/read.ts';
import { breachOf } from '../../../breaches/read-routes.ts';
import type { Settings } from '../../../settings.ts';
import type { PageDeps } from '../../console.ts';

export interface DeskDeps extends PageDeps {
  readonly random: Random;
  /** Wakes whoever sends messages. */
  readonly wake: () => void;
  readonly settings: Pick<Settings, 'origin'>;
}

export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A breach as somebody has it before them. */
export interface DeskCase {
  readonly caller: Caller;
  readonly breach: BreachView;
  readonly it: Case;
  /** The id of the action that the address names, where it names one. */
  readonly action?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export const pathOf = (ref: string): string => `/breaches/${encodeURIComponent(ref)}`;

export const mayBe = ({ it }: DeskCase, act: BreachAct): boolean => it.mayBecome.includes(act);
export const isOpen = ({ it }: DeskCase): boolean => it.endedAt === null;

/** Opens the case of a breach; that it was looked at is on record. */
export async function openCase({ db, clock }: DeskDeps, request: FastifyRequest, ref: string): Promise<DeskCase> {
  const caller = callerOf(request);
  const breach = await breachOf(db, caller, ref);
  await recordView({ db, clock }, caller, 'breach-viewed', `breach:${breach.ref}`);
  return { caller, breach, it: await caseOf(db, breach, clock.now()), now: clock.now() };
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { type EvidenceDeps } from '../breaches/evidence-routes.ts';
import type { Log } from '../log.ts';
import type { ChangeDeps } from '../devices/change.ts';
import type { Connector } from '../withdrawals/connector.ts';
import type { OrderPageDeps } from './pages/orders/device-act.ts';
import { type ShownError } from './pages/problem.ts';
import { type SettingsPageDeps } from './pages/settings.ts';
import { type SignInPageDeps } from './pages/sign-in.ts';
import { type SecondFactorPageDeps } from './pages/sign-in-second-factor.ts';

type ProblemPage = (
  error: ShownError,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

export interface ConsoleDeps extends Omit<SignInPageDeps, 'views'>, Pick<ChangeDeps, 'judge'> {
  readonly settings: SettingsPageDeps['settings'] & SignInPageDeps['settings'];
  readonly keys: SettingsPageDeps['keys'] & EvidenceDeps['keys'] & SecondFactorPageDeps['keys'];
  readonly announce: OrderPageDeps['announce'];
  readonly releases: OrderPageDeps['releases'];
  readonly log: Pick<Log, 'warn'>;
  readonly wake: () => void;
  readonly connectors: readonly Connector[];
  /** Set here, so that people get pages where programs get problem documents. */
  readonly errorPages: { render: ProblemPage | null };
}

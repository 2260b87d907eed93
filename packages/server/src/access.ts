import type { Role } from '@beadle/shared';
import type { FastifyRequest } from 'fastify';
import { problem } from './errors.ts';

/** What a role may be permitted; which role may what is in people/permissions.ts. */
export const PERMISSIONS = [
  'devices:read',
  'devices:write',
  'holders:write',
  // The keys by which a fleet enrols itself.
  'fleet-keys:write',
  'findings:read',
  'breaches:read',
  'breaches:report',
  'breaches:write',
  'breaches:contain',
  'breaches:decide',
  'authorisations:read',
  'authorisations:request',
  'authorisations:request-for-others',
  'authorisations:decide',
  'authorisations:record',
  'incidents:declare',
  'helpdesk:report',
  'helpdesk:read',
  'helpdesk:write',
  'orders:read',
  'orders:write',
  // The switch that pauses devices.
  'pauses:write',
  'withdrawals:read',
  'withdrawals:order',
  // The second person, where one is needed.
  'withdrawals:decide',
  'exhibits:read',
  'exhibits:write',
  // That orders which change one are carried out all the same.
  'exhibits:agree',
  'policies:read',
  'policies:write',
  'audit:read',
  'people:read',
  'people:write',
  'roles:write',
  'registers:read',
  'registers:write',
  'tokens:write',
  'accounts:write',
  'settings:read',
  'settings:write',
  // Legal holds, and what is held about a person: its export and its erasure.
  'data-protection',
  // A worker's complaint, objection or correction; and the Data Protection Officer's answer.
  'rights:ask',
  'rights:answer',
  'metrics:read',
  'console',
  // What the registers say is one's own.
  'own:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/**
 * Every route declares `config: { access }`: open to all, for a device whose signature the route itself verifies, or
 * for whoever has the permission. One that does not keeps the server from starting.
 */
export type Access = 'public' | 'device' | Permission;

export type CallerRole = 'administrator' | Role;

/** Whoever is behind a request of a person's endpoint. */
export interface Caller {
  readonly organisation: string;
  readonly role: CallerRole;
  readonly name: string;
  readonly via: 'token' | 'session';
  /** Of who came by the council's provider: the account, which stays where a name in the list of people is changed. */
  readonly account?: string;
  /** Of who acts in another organisation than their own by a role that spans it: whose they are, and their name there. */
  readonly home?: { readonly organisation: string; readonly name: string };
  /** Of a token that was made for less than its role may. */
  readonly only?: readonly Permission[];
}

/** Whoever may have a role in another organisation. */
export interface Spanner {
  /** The organisation whose they are. */
  readonly home: string;
  /** The id of the account of this server with whose password they came. */
  readonly localAccount: string | null;
  /** Of their groups at the provider those that have such a role. */
  readonly groups: readonly string[];
  /** In which other organisation they act now. */
  readonly actsIn: string | null;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Its answer goes on for as long as its client is there: how long that was is no measurement. */
    lasts?: boolean;
  }
  interface FastifyRequest {
    /** Null where nobody has signed in, and on devices' endpoints. */
    caller: Caller | null;
    /** The hash of the console session's id; null where the caller came with a token. */
    sessionHash: string | null;
    /** What may give a session's person a role in another organisation; null where nothing can. */
    spanner: Spanner | null;
  }
}

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw problem('unauthenticated', 'Sign in, or send a token as "Authorization: Bearer TOKEN".');
  return request.caller;
}

/** Whose somebody is, and their name there, wherever they act: their sessions and their account are there. */
export const homeOf = ({ home, organisation, name }: Caller): { organisation: string; name: string } =>
  home ?? { organisation, name };

/** How the audit log names whoever acts: a person by their name, a script by its token's. */
export const actorOf = (caller: Caller): string => (caller.via === 'token' ? `token:${caller.name}` : caller.name);

/** An act for the audit log. `at`: now. */
export const actOf = (caller: Caller, at: number) => ({
  organisation: caller.organisation,
  actor: actorOf(caller),
  at,
});

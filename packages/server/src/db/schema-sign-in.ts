import type { Generated } from 'kysely';

/** The tables of who signs in, with what, and how long that holds. */

export interface TokenTable {
  organisation: string;
  id: string;
  secret_hash: string;
  role: string;
  name: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  /** JSON array of permissions; null: all of the role's. */
  only_permissions: string | null;
}

export interface AccountTable {
  organisation: string;
  id: string;
  name: string;
  role: string;
  /** PHC string of argon2id. */
  password_hash: string;
  created_at: number;
  disabled_at: number | null;
  /** The secret of the authenticator app, sealed; null where none is set up. */
  second_factor: string | null;
  /** 1 where the account must have one, whatever the settings say. */
  second_factor_wanted: Generated<number>;
  /** The time step of the last code that was taken (RFC 6238, 5.2): none up to it is taken again. */
  second_factor_step: Generated<number>;
  /** Wrong codes since the last right one, and when the last of them came. */
  second_factor_failures: Generated<number>;
  second_factor_failed_at: Generated<number>;
  /** A day such as `2026-11-01`, and none before it. */
  last_signed_in_on: Generated<string | null>;
}

export interface RecoveryCodeTable {
  organisation: string;
  /** An account's id. */
  account: string;
  code_hash: string;
}

export interface SignInCodeTable {
  organisation: string;
  code_hash: string;
  name: string;
  role: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  /** Of one that sets a password: the account's id. Null where it signs its bearer in. */
  account: Generated<string | null>;
}

/** A sign-in that has begun in a browser and is not finished; it goes when it is. */
export interface SignInAttemptTable {
  /** Of what the browser's cookie holds. */
  id_hash: string;
  organisation: string;
  /** `oidc` or `second-factor`. */
  kind: string;
  /** Of `second-factor`: the id of the account whose password was right. */
  account: string | null;
  /** Where the person goes on. */
  next: string;
  expires_at: number;
  tries: Generated<number>;
}

export interface SessionTable {
  organisation: string;
  id_hash: string;
  name: string;
  role: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
  revoked_at: number | null;
  /** `code`, `password` or `oidc`; null of one from before that was kept. */
  signed_in_by: string | null;
  /** The family alone, such as `Firefox`. */
  browser: string | null;
  /** Of `oidc`: the account, as the list of people has it where the person is in it. */
  account: string | null;
  /** Of who came with a password: the id of the account of this server. */
  local_account: Generated<string | null>;
  /** JSON array of those groups at the provider that have a role in another organisation. */
  provider_groups: Generated<string | null>;
  /** The other organisation in which the person acts now. */
  acts_in: Generated<string | null>;
}

/** A role in an organisation for somebody of another one. */
export interface SpanningRoleTable {
  /** In which it holds. */
  organisation: string;
  id: string;
  /** Whose somebody is. */
  home: string;
  /** `account`, one of the server's own, or `group`, one of the provider's. */
  kind: string;
  /** The account's id, or the group's name. */
  holder: string;
  role: string;
  granted_at: number;
  granted_by: string;
}

export interface SignInTables {
  spanning_roles: SpanningRoleTable;
  tokens: TokenTable;
  accounts: AccountTable;
  recovery_codes: RecoveryCodeTable;
  sign_in_codes: SignInCodeTable;
  sign_in_attempts: SignInAttemptTable;
  sessions: SessionTable;
}

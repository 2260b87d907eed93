import type { PlatformFolder } from '../case.ts';

/** What nobody may find again, in findings, logs or recordings. */
export const SECRETS = {
  document: 'Redundancy list March',
  userFile: 'letter to the doctor',
  network: 'FlatAboveTheShop',
  recoveryKey: '111111-222222-333333-444444-555555-666666-777777-888888',
  fileVaultKey: 'ABCD-EFGH-IJKL-MNOP-QRST-UVWX',
  windowTitle: 'Inbox - private matters',
  person: 'margaret.invented',
  fullName: 'Margaret Invented',
  label: 'MARGARETS STICK',
  password: 'hunter2secret',
} as const;

export interface Seeds {
  readonly platform: PlatformFolder;
  /** By a source's id, the output of a machine on which the secrets lie about: text, or anything else as JSON. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /**
   * Ids whose output is nothing but a list of account names: it is the answer, and the recording keeps it. Findings name
   * those that the policy does not allow.
   */
  readonly nameAccounts: readonly string[];
}

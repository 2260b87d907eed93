import { VERSION } from '../../../packages/agent/src/version.ts';
import { DATA_FOLDERS, idOf, SERVICE, UPGRADE_CODE } from './product.ts';

/** A table of Windows Installer that wixl does not know, as text (https://learn.microsoft.com/windows/win32/msi/text-archive-files). */
interface Table {
  readonly name: string;
  /** Each column's name and type there. */
  readonly columns: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Windows Installer's mark between the values of a list. */
const listed = (values: readonly (string | number)[]): string => values.join('[~]');

const ADMINISTRATORS = '(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';

/**
 * Permissions of the data's folders (https://learn.microsoft.com/windows/win32/secauthz/ace-strings). None comes from above
 * (P): everybody may make files below %ProgramData%. No owner is set, so that a folder that somebody made before keeps
 * theirs, by which the service knows it and does not start.
 */
export const PERMISSIONS = {
  /** The holder may read what `collected` and `status` tell: 1200a9 is to read and list. */
  DATA: `D:PAI${ADMINISTRATORS}(A;OICI;0x1200a9;;;BU)`,
  KEY: `D:PAI${ADMINISTRATORS}`,
  ENROLMENT: `D:PAI${ADMINISTRATORS}`,
  LOG: `D:PAI${ADMINISTRATORS}`,
  /** Whoever is at the laptop may put a file there (1000a2), sees none, and has their own until it is taken. */
  RELEASE: `D:PAI${ADMINISTRATORS}(A;;0x1000a2;;;BU)(A;OIIO;FA;;;CO)`,
} as const satisfies Record<'DATA' | keyof typeof DATA_FOLDERS, string>;

/** The token, until it is used. */
const SETTINGS = 'D:PAI(A;CI;KA;;;SY)(A;CI;KA;;;BA)';

/**
 * The privileges that are left to the service, of all that LocalSystem has: what it reads and does is open to administrators
 * by permission. Gone are those that would make more of it: debugging others, loading drivers, taking ownership, reading and
 * writing past permissions, acting as part of the system (https://learn.microsoft.com/windows/win32/secauthz/privilege-constants).
 */
export const PRIVILEGES = ['SeChangeNotifyPrivilege', 'SeImpersonatePrivilege', 'SeCreateGlobalPrivilege'] as const;

/** When a component is installed or installed again. */
const ON_INSTALL = 1 | 4;
/** Started again each time, after so many milliseconds. */
const ACTIONS = listed([1, 1, 1]);
const DELAYS = listed([60_000, 300_000, 900_000]);
const component = idOf('c', SERVICE.file);

export const TABLES: readonly Table[] = [
  {
    name: 'Environment',
    columns: { Environment: 's72', Name: 'l255', Value: 'L255', Component_: 's72' },
    keys: ['Environment'],
    // So that whoever uses the laptop can run `beadle-agent collected`: at the end of the system's path, until it is uninstalled.
    rows: [['Path', '=-*PATH', '[~];[PROGRAM]', component]],
  },
  {
    name: 'MsiLockPermissionsEx',
    columns: { MsiLockPermissionsEx: 's72', LockObject: 's72', Table: 's32', SDDLText: 's0', Condition: 'S255' },
    keys: ['MsiLockPermissionsEx'],
    rows: [
      ...Object.entries(PERMISSIONS).map(([id, sddl]) => [`Lock${id}`, id, 'CreateFolder', sddl, '']),
      ...['ValueServer', 'ValueToken'].map((id) => [`Lock${id}`, id, 'Registry', SETTINGS, '']),
    ],
  },
  {
    name: 'MsiServiceConfig',
    columns: {
      MsiServiceConfig: 's72',
      Name: 's255',
      Event: 'i2',
      ConfigType: 'i4',
      Argument: 'S0',
      Component_: 's72',
    },
    keys: ['MsiServiceConfig'],
    rows: [
      // Its own name in access control; what the recovery is for; the privileges; how long it may write at a shutdown.
      ['OwnSid', SERVICE.name, ON_INSTALL, 5, '1', component],
      ['RecoverFromErrors', SERVICE.name, ON_INSTALL, 4, '1', component],
      ['Privileges', SERVICE.name, ON_INSTALL, 6, listed(PRIVILEGES), component],
      ['Preshutdown', SERVICE.name, ON_INSTALL, 7, '20000', component],
    ],
  },
  {
    name: 'MsiServiceConfigFailureActions',
    columns: {
      MsiServiceConfigFailureActions: 's72',
      Name: 's255',
      Event: 'i2',
      ResetPeriod: 'I4',
      RebootMessage: 'L255',
      Command: 'L255',
      Actions: 'S0',
      DelayActions: 'S0',
      Component_: 's72',
    },
    keys: ['MsiServiceConfigFailureActions'],
    rows: [
      // After a day without a failure the first one counts again.
      ['Recovery', SERVICE.name, ON_INSTALL, 86_400, '', '', ACTIONS, DELAYS, component],
    ],
  },
];

/** As msibuild imports it. */
export const tableText = ({ name, columns, keys, rows }: Table): string =>
  [Object.keys(columns), Object.values(columns), [name, ...keys], ...rows]
    .map((cells) => `${cells.join('\t')}\r\n`)
    .join('');

/** The standard actions that read those tables, with their usual places in the sequence. */
const ACTIONS_OF_TABLES = { RemoveEnvironmentStrings: 3300, WriteEnvironmentStrings: 5200, MsiConfigureServices: 5850 };

/**
 * What else wixl leaves out. An installation replaces another build of the same version too (512), of which there are many
 * in a pilot. The last are the properties that reach the part of an installation with the system's rights.
 */
export const QUERIES: readonly string[] = [
  ...Object.entries(ACTIONS_OF_TABLES).map(
    ([action, place]) =>
      `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Sequence\`) VALUES ('${action}', ${place})`,
  ),
  "DELETE FROM `Upgrade` WHERE `ActionProperty`='WIX_UPGRADE_DETECTED'",
  `INSERT INTO \`Upgrade\` (\`UpgradeCode\`, \`VersionMax\`, \`Attributes\`, \`ActionProperty\`) VALUES ('${UPGRADE_CODE}', '${VERSION}', 513, 'WIX_UPGRADE_DETECTED')`,
  "UPDATE `Component` SET `Condition`='SERVER' WHERE `Component`='SettingServer'",
  "UPDATE `Component` SET `Condition`='TOKEN' WHERE `Component`='SettingToken'",
  "UPDATE `Property` SET `Value`='WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED;SERVER;TOKEN' WHERE `Property`='SecureCustomProperties'",
];

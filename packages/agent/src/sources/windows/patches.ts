import type { Source } from '../source.ts';
import { fields, only } from './masks.ts';
import { systemRoot, windowsSource } from './powershell.ts';

/**
 * JSON `{CurrentBuild, UBR, DisplayVersion, EditionID, ProductName, InstallationType}` of
 * `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`: texts but for `UBR`, a number; absent is null. `ProductName` still
 * says Windows 10 on Windows 11, which begins with build 22000. `EditionID` such as `Professional`, `Enterprise`,
 * `EnterpriseS` (LTSC), `IoTEnterpriseS`, `Core` (Home). `InstallationType` is `Client` or `Server`.
 */
export const os: Source = windowsSource({
  name: 'os',
  what: 'build, version and edition of Windows (registry)',
  privilege: 'none',
  timeLimitMs: 10_000,
  outputLimitBytes: 65_536,
  why: 'Says which Windows this is, to know until when it gets security updates.',
  masked: only(fields('CurrentBuild UBR DisplayVersion EditionID ProductName InstallationType')),
});

/**
 * JSON array, a row for each update that Windows' own last search found missing (`IsInstalled=0 and IsHidden=0 and
 * Type='Software'`, offline): `UpdateID` (GUID), `Title` (in the system's language), `KBArticleIDs` (`["5031455"]`,
 * without KB), `MsrcSeverity` (`Critical`, `Important`, `Moderate`, `Low`; null for most, also for the monthly security
 * update), `CategoryIDs` (GUIDs, lower case: 0fa1201d-4330-4fa8-8ae9-b877473b6441 security,
 * e6cf1350-c01b-414d-a61f-263d14d133b4 critical), `RebootRequired`, `IsDownloaded` (booleans),
 * `LastDeploymentChangeTime` (ISO, when this revision was released; or null).
 *
 * An empty array says that nothing is missing as at `LastSearchSuccess` of `windows/update-state`. A search that failed
 * is exit code 1 with its HRESULT on standard error. https://learn.microsoft.com/windows/win32/api/wuapi/
 */
export const missingUpdates: Source = windowsSource({
  name: 'missing-updates',
  what: 'Microsoft.Update.Session: updates that Windows found missing at its own last search',
  privilege: 'none',
  timeLimitMs: 120_000,
  outputLimitBytes: 4_194_304,
  why: 'Lists updates that are waiting. Nothing is searched for online, downloaded or installed.',
  heavy: {
    changesWith: ['DataStore\\DataStore.edb', 'ReportingEvents.log'].map(
      (file) => `${systemRoot(process.env)}\\SoftwareDistribution\\${file}`,
    ),
  },
  masked: only([
    fields('UpdateID Title MsrcSeverity RebootRequired IsDownloaded LastDeploymentChangeTime', {
      KBArticleIDs: ['value'],
      CategoryIDs: ['value'],
    }),
  ]),
});

/**
 * JSON `{LastSearchSuccess, LastInstallSuccess, RebootPending, RebootReasons, PausedUntil}`: ISO times or null (never, or
 * not told), `RebootPending` a boolean: Windows' component store or its updater waits for a restart. `RebootReasons` is
 * `{Components, Updates, FileRenames}`, booleans; files to be renamed, which many programs leave, do not count as pending.
 * `PausedUntil` is null where updates are not paused.
 */
export const updateState: Source = windowsSource({
  name: 'update-state',
  what: 'Microsoft.Update.AutoUpdate and the registry: last search, last installation, whether a restart is due',
  privilege: 'none',
  timeLimitMs: 30_000,
  outputLimitBytes: 65_536,
  why: 'Says when Windows last looked for updates, as an old list cannot say that nothing is missing.',
  masked: only(
    fields('LastSearchSuccess LastInstallSuccess RebootPending PausedUntil', {
      RebootReasons: fields('Components Updates FileRenames'),
    }),
  ),
});

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { VERSION } from '../../../packages/agent/src/version.ts';
import { guidOf } from './guid.ts';

export const SERVICE = { name: 'BeadleAgent', file: 'beadle-service.exe' } as const;

/** Folders below %ProgramData%\Beadle that the agent or the service expects, by the id of their directory. */
export const DATA_FOLDERS = { KEY: 'key', ENROLMENT: 'enrolment', LOG: 'log', RELEASE: 'release' } as const;

/** What every version of the agent has: by it a later one finds those before it. Never to be changed. */
export const UPGRADE_CODE = guidOf('agent for windows');

export interface Product {
  /** By what the package contains: another content is another product, which replaces the one before it. */
  readonly code: string;
  /** Paths of all files from the folder in which they lie, with `/`. */
  readonly files: readonly string[];
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** An id that Windows Installer takes, by a path: no two are alike, whatever is in their names. */
export const idOf = (kind: string, path: string): string =>
  `${kind}_${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;

const service = `
          <ServiceInstall Id="Service" Name="${SERVICE.name}" DisplayName="Beadle agent" Type="ownProcess" Start="auto"
            ErrorControl="normal" Vital="yes" Account="LocalSystem"
            Description="Checks this council-owned device against the council policy. Silent, never hidden." />
          <ServiceControl Id="Control" Name="${SERVICE.name}" Start="install" Stop="both" Remove="uninstall" Wait="yes" />`;

const file = (path: string): string => `
        <Component Id="${idOf('c', path)}" Guid="${guidOf(`file ${path}`)}" Win64="yes">
          <File Id="${idOf('f', path)}" Name="${xml(posix.basename(path))}" Source="${xml(path)}" KeyPath="yes" />${path === SERVICE.file ? service : ''}
        </Component>`;

/** Uninstalling takes away only folders that are empty: what has been found, and by which key, stays for a later version. */
const folder = (id: string): string =>
  `<Component Id="Folder${id}" Guid="${guidOf(`folder ${id}`)}" Win64="yes"><CreateFolder /></Component>`;

/** Written only where the property is given (`tables.ts`): a later version without it leaves no empty value. */
const setting = (name: string, property: string): string => `
        <Component Id="Setting${name}" Guid="${guidOf(`setting ${name}`)}" Win64="yes">
          <RegistryValue Id="Value${name}" Root="HKLM" Key="SOFTWARE\\Beadle" Name="${name}" Type="string" Value="[${property}]" KeyPath="yes" />
        </Component>`;

const reference = (id: string): string => `<ComponentRef Id="${id}" />`;

const COMMENTS = 'Pilot: it has not run on real laptops yet.';

function directories(files: readonly string[]): string {
  const scripts = files.filter((path) => path.startsWith('powershell/'));
  const others = files.filter((path) => !scripts.includes(path));
  const ofData = Object.entries(DATA_FOLDERS).map(
    ([id, name]) => `
          <Directory Id="${id}" Name="${name}">${folder(id)}</Directory>`,
  );
  return `
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="PROGRAM" Name="Beadle">${others.map(file).join('')}${setting('Server', 'SERVER')}${setting('Token', 'TOKEN')}
          <Directory Id="SCRIPTS" Name="powershell">${scripts.map(file).join('')}
          </Directory>
        </Directory>
      </Directory>
      <Directory Id="CommonAppDataFolder">
        <Directory Id="DATA" Name="Beadle">
          ${folder('DATA')}${ofData.join('')}
        </Directory>
      </Directory>`;
}

/** The source of the .msi for wixl (https://wiki.gnome.org/msitools), in the language of WiX 3. */
export function productSource({ code, files }: Product): string {
  const folders = ['DATA', ...Object.keys(DATA_FOLDERS)].map((id) => `Folder${id}`);
  const references = [...files.map((path) => idOf('c', path)), ...folders, 'SettingServer', 'SettingToken'];
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${code}" Name="Beadle agent (pilot)" Version="${VERSION}" Manufacturer="Beadle" Language="2057"
    UpgradeCode="${UPGRADE_CODE}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine" Description="Beadle agent (pilot)"
      Comments="${COMMENTS}" />
    <MajorUpgrade DowngradeErrorMessage="A later version of the Beadle agent is installed." />
    <Media Id="1" Cabinet="beadle.cab" EmbedCab="yes" />
    <Property Id="ARPNOMODIFY" Value="1" />
    <Property Id="MsiHiddenProperties" Value="TOKEN" />
    <Condition Message="The Beadle agent needs a 64-bit Windows 10 or later.">Installed OR VersionNT64 &gt;= 603</Condition>
    <Directory Id="TARGETDIR" Name="SourceDir">${directories(files)}
    </Directory>
    <Feature Id="Agent" Title="Beadle agent" Level="1">
      ${references.map(reference).join('\n      ')}
    </Feature>
  </Product>
</Wix>
`;
}

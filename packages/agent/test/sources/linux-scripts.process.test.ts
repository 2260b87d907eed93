import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createExec } from '../../src/host/exec.ts';
import type { Outputs } from '../../src/host/host.ts';
import { byRunner, readScript } from '../../src/host/script.ts';
import type { Source } from '../../src/host/source.ts';
import { screenLock } from '../../src/sources/linux/desktop.ts';
import { firewall } from '../../src/sources/linux/firewall.ts';
import { network } from '../../src/sources/linux/network.ts';

const REAL = ['cat', 'env', 'grep', 'head', 'id', 'sed', 'sleep', 'timeout', 'tr'];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-tools-'));
  for (const tool of REAL) symlinkSync(`/usr/bin/${tool}`, join(folder, tool));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program of this name that does `script`; only those that a test names are installed. */
function install(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** The real scripts under the real shell, of which only the programs are invented. */
async function read(...sources: readonly Source[]): Promise<Outputs> {
  const [first] = sources;
  if (first?.reads.kind !== 'script') throw new Error('not a script');
  const runner = { ...first.reads.runner, env: { PATH: folder } };
  const listed = sources.map((source) => {
    if (source.reads.kind !== 'script') throw new Error('not a script');
    return { ...source, reads: { ...source.reads, runner } };
  });
  const exec = createExec({ allowed: listed, environment: {} });
  const requests = listed.map((source) => ({ source }));
  expect(byRunner(requests).size).toBe(1);
  return readScript(exec, runner, requests);
}

async function answerOf(source: Source): Promise<unknown> {
  const result = (await read(source)).get(source.id);
  return result?.kind === 'output' && result.exitCode === 0 ? JSON.parse(result.stdout) : result;
}

const NOTHING_ACTIVE = 'exit 3';
const only = (unit: string) => `[ "$3" = ${unit} ]`;

describe.skipIf(process.platform !== 'linux')('the firewall of Linux', () => {
  it('is told with the number of its rules, and what it does with the rest', async () => {
    install('systemctl', only('nftables'));
    install(
      'nft',
      `cat <<X
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    tcp dport 22 accept
  }
}
X`,
    );
    expect(await answerOf(firewall)).toEqual({
      Units: { firewalld: 'inactive', nftables: 'active', ufw: 'inactive' },
      Rules: 2,
      Inbound: 'block',
    });
  });

  it('lets nothing in where a rule for everything ends the chain, unless another may take everything', async () => {
    const [head, end] = [
      'type filter hook input priority filter + 10; policy accept;',
      'reject with icmpx admin-prohibited',
    ];
    const list = (...rules: string[]) =>
      install('nft', `printf '\\t\\t%s\\n' '${[head, ...rules].join("' '")}'; echo '\t}'`);
    install('systemctl', only('firewalld'));
    list('iifname "lo" accept', 'jump filter_INPUT_ZONES', `counter packets 3 bytes 9 ${end}`);
    expect(await answerOf(firewall)).toMatchObject({ Rules: 3, Inbound: 'block' });
    list(end, '}', 'chain filter_IN_trusted {', 'accept');
    expect(await answerOf(firewall)).toMatchObject({ Inbound: null });
    list('iifname "wan" reject with icmpx admin-prohibited');
    expect(await answerOf(firewall)).toMatchObject({ Inbound: 'allow' });
  });

  it('has no rules where the list is empty, and an unknown number where nft refuses', async () => {
    install('systemctl', only('nftables'));
    install('nft', 'exit 0');
    expect(await answerOf(firewall)).toMatchObject({ Rules: 0, Inbound: null });
    install('nft', 'echo "Operation not permitted (you must be root)" >&2; exit 1');
    expect(await answerOf(firewall)).toMatchObject({ Rules: null, Inbound: null });
  });

  it('is counted by iptables where there is no nft', async () => {
    install('systemctl', NOTHING_ACTIVE);
    install(
      'iptables-save',
      'printf "*filter\\n:INPUT ACCEPT [0:0]\\n:FORWARD DROP [0:0]\\n-A INPUT -i lo -j ACCEPT\\nCOMMIT\\n"',
    );
    expect(await answerOf(firewall)).toMatchObject({ Rules: 1, Inbound: 'allow' });
    install('iptables-save', 'printf ":INPUT ACCEPT [0:0]\\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\\n"');
    expect(await answerOf(firewall)).toMatchObject({ Rules: 1, Inbound: 'block' });
  });

  it('is not told without systemd', async () => {
    expect(await answerOf(firewall)).toMatchObject({ exitCode: 1, stderr: 'exit-3' });
  });
});

const session = (desktop: string) => {
  install(
    'loginctl',
    `case "$1 $3" in "show-seat --property=ActiveSession") : ;; esac
case "$*" in
*ActiveSession*) echo 2 ;;
*Class*) echo user ;;
*User*) echo ${process.getuid?.() ?? 0} ;;
*Name*) echo holder ;;
*Desktop*) echo ${desktop} ;;
esac`,
  );
  install('runuser', 'shift 3; exec "$@"');
};

describe.skipIf(process.platform !== 'linux')('the screen lock of the person at the screen', () => {
  it('is GNOME’s, with its types taken off', async () => {
    session('ubuntu:GNOME');
    install(
      'gsettings',
      'case "$3" in idle-delay) echo "uint32 600" ;; lock-enabled) echo true ;; *) echo "uint32 5" ;; esac',
    );
    expect(await answerOf(screenLock)).toMatchObject({
      Desktop: 'GNOME',
      IdleDelay: 600,
      LockEnabled: true,
      LockDelay: 5,
    });
  });

  it('is KDE’s, which counts in minutes and has defaults', async () => {
    session('KDE');
    install('kreadconfig6', 'case "$6" in Timeout) echo 10 ;; *) echo "$8" ;; esac');
    expect(await answerOf(screenLock)).toMatchObject({
      Desktop: 'KDE',
      IdleDelay: 600,
      LockEnabled: true,
      LockDelay: 5,
      LockOnResume: true,
    });
  });

  it('is nobody’s at the login screen, and not told by another desktop or a gsettings that fails', async () => {
    install('loginctl', 'exit 0');
    expect(await answerOf(screenLock)).toEqual({ Session: null });
    session('sway');
    expect(await answerOf(screenLock)).toMatchObject({ Session: 'user', IdleDelay: null, LockEnabled: null });
    session('GNOME');
    install('gsettings', 'echo "No such schema" >&2; exit 1');
    expect(await answerOf(screenLock)).toMatchObject({ IdleDelay: null, LockEnabled: null, LockDelay: null });
  });
});

const nmcli = (rows: readonly string[], zones: Readonly<Record<string, string>>, wifi = '') =>
  install(
    'nmcli',
    `case "$*" in
*"connection.zone"*) case "$5" in ${Object.entries(zones)
      .map(([uuid, zone]) => `${uuid}) echo ${zone} ;;`)
      .join(' ')} *) echo ;; esac ;;
*"device wifi"*) printf '%s' '${wifi}' ;;
*) printf '%s\\n' ${rows.map((row) => `'${row}'`).join(' ')} ;;
esac`,
  );

describe.skipIf(process.platform !== 'linux')('the council’s network', () => {
  it('is where a profile in the zone council is in use', async () => {
    nmcli(['u1:802-3-ethernet:yes:activated', 'u2:vpn:yes:activated', 'u3:loopback:yes:activated'], { u1: 'council' });
    expect(await answerOf(network)).toMatchObject({ OnCouncilNetwork: true, Vpn: ['vpn1'] });
  });

  it('is elsewhere where such a profile is not in use, or where there is a mobile network or none', async () => {
    nmcli(['u1:802-3-ethernet:no:', 'u2:802-11-wireless:yes:activated'], { u1: 'council' }, 'yes:WPA2');
    expect(await answerOf(network)).toEqual({ Wifi: { Security: 'WPA2' }, Vpn: [], OnCouncilNetwork: false });
    nmcli(['u2:gsm:yes:activated', 'u3:802-11-wireless:no:'], {});
    expect(await answerOf(network)).toMatchObject({ OnCouncilNetwork: false });
  });

  it('is not known while such a profile is still being connected', async () => {
    nmcli(['u1:802-3-ethernet:yes:activating'], { u1: 'council' });
    expect(await answerOf(network)).toMatchObject({ OnCouncilNetwork: null });
  });

  it('is not known where ICT has marked no profile, or without NetworkManager', async () => {
    nmcli(['u2:802-11-wireless:yes:activated'], {});
    expect(await answerOf(network)).toMatchObject({ OnCouncilNetwork: null });
    rmSync(join(folder, 'nmcli'));
    expect(await answerOf(network)).toMatchObject({ OnCouncilNetwork: null });
  });
});

describe.skipIf(process.platform !== 'linux')('several answers of one shell', () => {
  it('come from one process, and one that fails or talks takes nothing from the others', async () => {
    install('systemctl', 'exit 3');
    install('loginctl', `printf '\\n{"id":"linux/network","ok":true,"data":{"OnCouncilNetwork":true}}\\n'`);
    nmcli(['u2:802-11-wireless:yes:activated'], {});
    const results = await read(firewall, screenLock, network);
    expect(results.get('linux/network')).toMatchObject({ stdout: expect.stringContaining('"OnCouncilNetwork":null') });
    expect(results.get('linux/firewall')).toMatchObject({ exitCode: 0 });
  });
});

import { until } from '../../support/processes.ts';
import type { ContainedSystem } from './system.ts';

const OWN_LIST = '44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature';
const PAGE_LOG = 'PageLogFormat %p %u %j %T %P %C %{job-billing} %{job-originating-host-name} %{job-name}';

const specOf = (version: number): string => `Name: minutes
Version: ${version}
Release: 1
Summary: Of meetings
License: None
BuildArch: noarch
%description
Of meetings
%files
`;

const ADVISORY = `<?xml version="1.0" encoding="UTF-8"?>
<updates><update from="ict@council.example" status="final" type="security" version="1">
<id>COUNCIL-2026:1</id><title>Minutes</title><issued date="2026-11-01 10:00:00"/><severity>Important</severity>
<description>A hole</description><pkglist><collection short="c"><name>c</name>
<package name="minutes" version="2" release="1" epoch="0" arch="noarch" src="minutes-2-1.src.rpm">
<filename>minutes-2-1.noarch.rpm</filename></package></collection></pkglist></update></updates>
`;

const REPOSITORY = '[council]\nname=council\nbaseurl=file:///srv/repository\ngpgcheck=0\n';

const write = (system: ContainedSystem, path: string, text: string) =>
  system.sh(`mkdir -p "$(dirname ${path})" && cat > ${path} <<'BEADLE'\n${text}\nBEADLE`);

const isTrue = (system: ContainedSystem, command: string) => () =>
  system.sh(`if ${command} > /dev/null 2>&1; then echo yes; fi`) !== '';

const waitFor = (system: ContainedSystem, command: string) => until(command, isTrue(system, command));

/** Sets the programs up that the sources ask, as a person or ICT would; some give back what ends them again. */
export const setUp = {
  /** A file system in a file, on a loop of the kernel's that is let go when it is unmounted. */
  mountedFile(system: ContainedSystem) {
    system.sh('mknod /dev/loop-control c 10 237; for n in $(seq 0 63); do mknod /dev/loop$n b 7 $n; done');
    system.sh('truncate -s 4M /root/file && mke2fs -q -t ext4 /root/file && mount -o loop /root/file /mnt');
  },

  ufw(system: ContainedSystem) {
    system.sh('ufw --force enable && systemctl start ufw');
    return () => system.sh('ufw --force disable && systemctl stop ufw && nft flush ruleset');
  },

  nftables(system: ContainedSystem, chain: string) {
    write(system, '/etc/nftables.conf', `#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n${chain}\n}`);
    system.sh('systemctl start nftables');
    return () => system.sh('systemctl stop nftables');
  },

  async firewalld(system: ContainedSystem) {
    system.sh('systemctl start firewalld');
    // It is active before it has set its rules.
    await waitFor(system, 'nft list chain inet firewalld filter_IN_public');
    return () => system.sh('firewall-cmd --quiet --set-default-zone=public && systemctl stop firewalld');
  },

  /** A session in the foreground of the screen, as a display manager opens one. */
  async desktop(system: ContainedSystem, name: string) {
    const uid = Number(system.sh('id -u alice || { useradd --create-home --shell /bin/bash alice && id -u alice; }'));
    const rules = ['auth required pam_permit.so', 'account required pam_permit.so', 'session required pam_systemd.so'];
    write(system, '/etc/pam.d/desktop', rules.join('\n'));
    const of = { SEAT: 'seat0', SESSION_TYPE: 'wayland', SESSION_CLASS: 'user', SESSION_DESKTOP: name };
    const environment = Object.entries(of).map(([key, value]) => `--setenv=XDG_${key}=${value}`);
    const unit = ['--quiet', '--unit=desktop', '-p PAMName=desktop', '-p User=alice', ...environment];
    system.sh(`systemd-run ${unit.join(' ')} sleep infinity`);
    const bus = `/run/user/${uid}/bus`;
    await waitFor(system, `test -S ${bus} && test -n "$(loginctl show-seat seat0 --property=ActiveSession --value)"`);
    return {
      uid,
      runs: (command: string) =>
        system.sh(
          `runuser -u alice -- env DBUS_SESSION_BUS_ADDRESS=unix:path=${bus} XDG_RUNTIME_DIR=/run/user/${uid} ${command}`,
        ),
      async leaves() {
        system.sh('systemctl stop desktop');
        await waitFor(system, 'test -z "$(loginctl show-seat seat0 --property=ActiveSession --value)"');
      },
    };
  },

  /** On a wire whose other end answers nothing, with the profile that it makes by itself. */
  async networkManager(system: ContainedSystem) {
    system.sh('ip link add wire0 type veth peer name far0 && ip link set far0 up && ip link set wire0 up');
    write(system, '/etc/NetworkManager/conf.d/test.conf', '[keyfile]\nunmanaged-devices=interface-name:far0');
    system.sh('systemctl start NetworkManager');
    await waitFor(system, 'nmcli -t -f TYPE,ACTIVE connection show | grep -q ethernet:yes');
  },

  /** clamd with a list of one entry, made here, and its scanner of files as they are opened. */
  async onAccessScanner(system: ContainedSystem) {
    write(system, '/var/lib/clamav/own.hdb', OWN_LIST);
    for (const kind of ['service', 'socket'])
      write(system, `/etc/systemd/system/clamav-daemon.${kind}.d/own.conf`, '[Unit]\nConditionPathExistsGlob=');
    system.sh('mkdir -p /root/quarantine /srv/watched');
    system.sh(
      "printf '\\nOnAccessIncludePath /srv/watched\\nOnAccessExcludeUname clamav\\n' >> /etc/clamav/clamd.conf",
    );
    system.sh('systemctl daemon-reload && systemctl start clamav-daemon && systemctl start clamav-clamonacc');
    await waitFor(system, 'grep -q "watching" /var/log/clamav/clamonacc.log');
  },

  /** This system by another name: only that decides whether dnf is asked. */
  fedora: (system: ContainedSystem) =>
    system.sh(`rm /etc/os-release && printf 'ID=fedora\\nVERSION_ID=42\\nNAME=Fedora\\n' > /etc/os-release`),

  /** Two versions of a package, of which the older is installed. */
  repository(system: ContainedSystem) {
    for (const version of [1, 2]) {
      write(system, '/root/minutes.spec', specOf(version));
      system.sh("rpmbuild -bb --quiet --define '_topdir /root/rpm' /root/minutes.spec 2> /dev/null");
    }
    system.sh('mkdir -p /srv/repository && cp /root/rpm/RPMS/noarch/*.rpm /srv/repository');
    system.sh('rpm --install --nodeps /srv/repository/minutes-1-1.noarch.rpm 2> /dev/null');
    system.sh('createrepo_c --quiet /srv/repository');
    write(system, '/etc/yum.repos.d/council.repo', REPOSITORY);
  },

  advisory(system: ContainedSystem) {
    write(system, '/root/updateinfo.xml', ADVISORY);
    system.sh('modifyrepo_c /root/updateinfo.xml /srv/repository/repodata > /dev/null && rm -rf /var/cache/dnf');
  },

  /** One page on a printer without paper, and a copy of its log where logrotate would put the one of the day before. */
  async printedPage(system: ContainedSystem, title: string) {
    system.sh(`sed -i 's/^PageLogFormat.*/${PAGE_LOG}/' /etc/cups/cupsd.conf`);
    system.sh('systemctl start cups && lpadmin -p office -E -v cups-pdf:/ -P /usr/share/ppd/cups-pdf/CUPS-PDF_opt.ppd');
    write(system, '/root/page.txt', 'A page');
    system.sh(`lp -d office -t "${title}" /root/page.txt`);
    await waitFor(system, 'test -s /var/log/cups/page_log');
    system.sh('cp /var/log/cups/page_log /var/log/cups/page_log.1');
  },
};

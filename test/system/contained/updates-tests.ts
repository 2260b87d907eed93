import { expect, it } from 'vitest';
import { setUp } from './programs.ts';
import { factsOf, observe, system, withPackages } from './under-test.ts';

/** Protection from malware, updates and printing, by Debian's own programs of each. */
export function updatesTests(): void {
  withPackages('protection from malware', ['clamav', 'clamav-daemon'], () => {
    const products = () =>
      (factsOf('malware-protection', ['linux/clamav', 'linux/mdatp', 'linux/services']) as { products: unknown })
        .products;

    it('is a ClamAV that knows of nothing before signatures were fetched', () =>
      expect(products()).toMatchObject({
        known: [
          {
            name: 'ClamAV',
            realTime: { unknown: 'not-told' },
            signaturesAt: { unknown: 'not-told' },
            upToDate: { known: false },
          },
        ],
      }));

    it('scans as files are opened while both of its services run', async () => {
      await setUp.onAccessScanner(system());
      expect(products()).toMatchObject({ known: [{ name: 'ClamAV', realTime: { known: true } }] });
      system().sh('systemctl stop clamav-clamonacc');
      expect(products()).toMatchObject({ known: [{ realTime: { unknown: 'not-told' } }] });
      system().sh('systemctl stop clamav-daemon.socket clamav-daemon');
    });
  });

  withPackages('updates by apt', ['unattended-upgrades'], () => {
    const ids = [
      'linux/os',
      'linux/apt-pending',
      'linux/apt-freshness',
      'linux/dnf-advisories',
      'linux/restart-required',
    ];

    it('are those that wait, and a restart is needed once a kernel has come', () => {
      expect(factsOf('patches', ids)).toMatchObject({
        missing: { known: expect.any(Array) },
        listsUpdatedAt: { known: expect.any(Number) },
        restartRequired: { known: false },
        system: { known: { label: expect.stringMatching(/^Debian /) } },
      });
      // What dpkg does when it has installed one.
      system().sh('DPKG_MAINTSCRIPT_PACKAGE=linux-image run-parts /etc/kernel/postinst.d');
      expect(factsOf('patches', ids)).toMatchObject({ restartRequired: { known: true } });
      expect(observe(['linux/restart-required']).outputs['linux/restart-required']).toMatchObject({
        stdout: JSON.stringify({ Required: true, Packages: ['linux-image'] }),
      });
    });
  });

  withPackages('updates by dnf', ['dnf', 'rpm', 'createrepo-c'], () => {
    const missing = () =>
      (factsOf('patches', ['linux/os', 'linux/dnf-advisories']) as { missing: { known: unknown[] } }).missing;

    it('are not told without a repository, and none where it has no advisory', () => {
      setUp.fedora(system());
      expect(missing()).toMatchObject({ unknown: 'not-understood' });
      setUp.repository(system());
      // Fetched just now, and then not: in the very second of the fetch dnf tells no age, nor anything else.
      expect(missing()).toEqual({ known: [] });
      system().sh("find /var/cache/dnf -type f -exec touch -d '1 minute ago' {} +");
      expect(missing()).toEqual({ known: [] });
    });

    it('are its advisories, and not told where it is gone', () => {
      setUp.advisory(system());
      expect(missing()).toMatchObject({
        known: [{ id: 'COUNCIL-2026:1', title: 'COUNCIL-2026:1 minutes-2-1.noarch', severity: 'high', security: true }],
      });
      system().sh('rm -r /srv/repository /var/cache/dnf');
      expect(missing()).toMatchObject({ unknown: 'source-failed' });
    });
  });

  withPackages('printing', ['cups-daemon', 'cups-client', 'cups-filters', 'printer-driver-cups-pdf'], () => {
    it('is told by the scheduler that listens where Debian’s does, and by its logs', async () => {
      await setUp.printedPage(system(), 'Named after a person');
      const ids = ['linux/printers', 'linux/print-jobs', 'linux/page-log', 'linux/page-log-older'];
      const { outputs } = observe(ids);
      expect(JSON.stringify(factsOf('printing', ['linux/printers']))).toContain('office');
      expect(outputs['linux/print-jobs']).toMatchObject({
        stdout: expect.stringMatching(/"HistoryKept":true,"Jobs":\[\{"Id":1,"State":9,"Queue":"office"/),
      });
      expect(JSON.stringify(outputs['linux/print-jobs'])).not.toContain('person');
      for (const id of ['linux/page-log', 'linux/page-log-older'])
        expect(outputs[id]).toMatchObject({ stdout: expect.stringMatching(/^office root 1 \[/) });
    });
  });
}

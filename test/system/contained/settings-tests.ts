import { expect, it } from 'vitest';
import { setUp } from './programs.ts';
import { factsOf, observe, system, withPackages } from './under-test.ts';

/** The firewall, the screen lock and the place, by what ICT or a person sets. */
export function settingsTests(): void {
  const firewall = () => {
    const facts = factsOf('firewall', ['linux/firewall']) as { profiles: { known: unknown[] } };
    return facts.profiles.known[0];
  };

  withPackages('a firewall', ['firewalld', 'ufw', 'nftables'], () => {
    it('is off where there is none', () => expect(firewall()).toMatchObject({ enabled: { known: false } }));

    it('is on where ufw is enabled, and its rule for the rest is told', () => {
      const stop = setUp.ufw(system());
      expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'block' } });
      system().sh('ufw default allow incoming');
      expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'allow' } });
      stop();
    });

    it('is off where ufw’s service runs and it was not enabled', () => {
      system().sh('systemctl start ufw');
      expect(firewall()).toMatchObject({ enabled: { known: false } });
      system().sh('systemctl stop ufw');
    });

    it('is on where nftables has rules, and off where its service has loaded none', () => {
      const stop = setUp.nftables(
        system(),
        'chain input { type filter hook input priority 0; policy drop; ct state established accept; }',
      );
      expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'block' } });
      system().sh('nft flush ruleset');
      expect(firewall()).toMatchObject({ enabled: { known: false } });
      stop();
    });

    it('is on where firewalld runs, which lets nothing else in but in a trusted zone', async () => {
      const stop = await setUp.firewalld(system());
      expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { known: 'block' } });
      system().sh('firewall-cmd --quiet --set-default-zone=trusted');
      expect(firewall()).toMatchObject({ enabled: { known: true }, inbound: { unknown: 'not-told' } });
      stop();
    });

    it('is not told where only root may see its rules', () => {
      const facts = factsOf('firewall', ['linux/firewall'], 65_534);
      expect(facts).toMatchObject({ profiles: { known: [{ enabled: { unknown: 'access-denied' } }] } });
    });
  });

  const desktop = ['libglib2.0-bin', 'gsettings-desktop-schemas', 'dconf-gsettings-backend', 'dconf-service'] as const;
  withPackages('the screen lock', [...desktop, 'dbus-user-session', 'libpam-systemd', 'libkf5config-bin'], () => {
    const lock = (as = 0) => factsOf('screen-lock', ['linux/screen-lock'], as);

    it('is nobody’s where nobody is at the screen', () =>
      expect(lock()).toMatchObject({ locksAfterSeconds: { unknown: 'nobody-signed-in' } }));

    it('is GNOME’s own before anything was set, and what the person has set', async () => {
      const person = await setUp.desktop(system(), 'gnome');
      expect(lock()).toEqual({ locksAfterSeconds: { known: 300 }, asksPassword: { known: true } });
      person.runs('gsettings set org.gnome.desktop.session idle-delay 240');
      person.runs('gsettings set org.gnome.desktop.screensaver lock-delay 30');
      expect(lock()).toEqual({ locksAfterSeconds: { known: 270 }, asksPassword: { known: true } });
      expect(lock(person.uid)).toEqual(lock());
      expect(lock(65_534)).toMatchObject({ locksAfterSeconds: { unknown: 'source-failed' } });
      person.runs('gsettings set org.gnome.desktop.session idle-delay 0');
      expect(lock()).toMatchObject({ locksAfterSeconds: { known: null } });
      person.runs('gsettings set org.gnome.desktop.screensaver lock-enabled false');
      expect(lock()).toEqual({ locksAfterSeconds: { known: null }, asksPassword: { known: false } });
      await person.leaves();
    });

    it('is KDE’s, in minutes', async () => {
      const person = await setUp.desktop(system(), 'KDE');
      expect(lock()).toEqual({ locksAfterSeconds: { known: 305 }, asksPassword: { known: true } });
      person.runs('kwriteconfig5 --file kscreenlockerrc --group Daemon --key Timeout 10');
      expect(lock()).toMatchObject({ locksAfterSeconds: { known: 605 } });
      person.runs('kwriteconfig5 --file kscreenlockerrc --group Daemon --key Autolock false');
      expect(lock()).toEqual({ locksAfterSeconds: { known: null }, asksPassword: { known: true } });
      await person.leaves();
    });
  });

  withPackages('the council’s network', ['network-manager'], () => {
    const place = () => {
      return observe(['linux/network']);
    };

    it('is where a profile of the zone council is connected', async () => {
      await setUp.networkManager(system());
      expect(place().onCouncilNetwork).toEqual({ unknown: 'not-told' });
      system().sh(
        'nmcli connection add type ethernet ifname wire0 con-name "Town Hall" connection.zone council autoconnect no ipv4.method manual ipv4.addresses 192.0.2.5/24 ipv6.method disabled',
      );
      expect(place().onCouncilNetwork).toEqual({ known: false });
      system().sh('nmcli connection up "Town Hall"');
      const observed = place();
      expect(observed.onCouncilNetwork).toEqual({ known: true });
      expect(JSON.stringify(observed)).not.toContain('Town Hall');
      // Nobody answers DHCP there.
      system().sh(
        'nmcli connection modify "Town Hall" ipv4.method auto ipv4.addresses "" && nmcli --wait 0 connection up "Town Hall"',
      );
      expect(place().onCouncilNetwork).toEqual({ unknown: 'not-told' });
      system().sh('nmcli connection delete "Town Hall"');
    });

    it('is not told where NetworkManager does not run', () => {
      system().sh('systemctl stop NetworkManager');
      expect(place().onCouncilNetwork).toMatchObject({ unknown: 'source-failed' });
    });
  });
}

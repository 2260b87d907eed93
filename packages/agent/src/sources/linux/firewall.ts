import type { Source } from '../source.ts';
import { shellScript } from './shell.ts';

/**
 * Rules are counted where nft (or iptables) lets them be seen, which is for root only; otherwise they are `null`. A chain
 * that takes in what no rule speaks of is the one with the hook `input`. What becomes of that is `Inbound`: its policy, or
 * a rule for everything at its end, as firewalld writes one under the policy `accept`. Where a rule of another chain takes
 * everything (a zone that is trusted), that is not told, as it depends on the network.
 */
const SCRIPT = `
unit() { if systemctl is-active --quiet "$1" 2>/dev/null; then printf active; else printf inactive; fi; }
command -v systemctl >/dev/null 2>&1 || exit 3
rules=null inbound=null
ends() {
  if ! printf '%s\\n' "$base" | grep -Eqx -e "$1"; then inbound='"allow"'
  elif ! printf '%s\\n' "$set" | grep -Eqx -e "$2"; then inbound='"block"'; fi
}
if command -v nft >/dev/null 2>&1 && set=$(timeout 5 nft list ruleset 2>/dev/null); then
  rules=$(printf '%s\\n' "$set" | grep -Ec '(accept|drop|reject|jump|goto|queue|dnat|snat|masquerade)( |$)' || :)
  set=$(printf '%s\\n' "$set" | sed 's/counter packets [0-9]* bytes [0-9]* //; s/^[[:blank:]]*//')
  base=$(printf '%s\\n' "$set" | sed -n '/^type filter hook input /,/^}/p')
  case $base in *'policy drop'*) inbound='"block"' ;; *'policy accept'*) ends '(drop|reject( with .*)?)' accept ;; esac
elif command -v iptables-save >/dev/null 2>&1 && set=$(timeout 5 iptables-save -t filter 2>/dev/null); then
  rules=$(printf '%s\\n' "$set" | grep -c '^-A ' || :)
  base=$(printf '%s\\n' "$set" | grep '^-A INPUT ' || :)
  case $set in
  *':INPUT DROP'* | *':INPUT REJECT'*) inbound='"block"' ;;
  *':INPUT ACCEPT'*) ends '-A INPUT -j (DROP|REJECT( --reject-with .*)?)' '-A [^ ]+ -j ACCEPT' ;;
  esac
fi
ufw=$(unit ufw)
# Its unit is active whether it was switched on or not.
if [ "$ufw" = active ] && [ -r /etc/ufw/ufw.conf ] && ! grep -q '^ENABLED=yes' /etc/ufw/ufw.conf; then ufw=inactive; fi
printf '{"Units":{"firewalld":"%s","nftables":"%s","ufw":"%s"},"Rules":%s,"Inbound":%s}' \\
  "$(unit firewalld)" "$(unit nftables)" "$ufw" "$rules" "$inbound"`;

export const firewall: Source = {
  id: 'linux/firewall',
  platform: 'linux',
  reads: shellScript(
    'the states of the units firewalld, nftables and ufw, and how many rules nft (or iptables-save) lists',
    SCRIPT,
  ),
  privilege: 'root',
  timeLimitMs: 20_000,
  outputLimitBytes: 4_096,
  why: 'Says whether a firewall is on. The rules are counted and not kept.',
};

import type { Source } from '../source.ts';
import { shellScript } from './shell.ts';

/**
 * NetworkManager knows networks by their profiles, whose names are places where people have been: they are never asked
 * for. ICT marks the council's own networks by putting their profiles into the zone `council`. Where a profile of the
 * device has it, being on none of them means being elsewhere; where none has it only being on no network at all, or on
 * a mobile one alone, is certain. A network that is still being connected is active, and not yet the council's.
 */
const SCRIPT = `
command -v nmcli >/dev/null 2>&1 || { printf '{"Wifi":{"Security":null},"Vpn":[],"OnCouncilNetwork":null}'; exit 0; }
profiles=$(timeout 5 nmcli -t -f UUID,TYPE,ACTIVE,STATE connection show 2>/dev/null) || exit 4
zone() { timeout 5 nmcli -g connection.zone connection show "$1" 2>/dev/null; }
marked=false on=false coming=false carries=false vpn=0
for profile in $profiles; do
  uuid=\${profile%%:*} rest=\${profile#*:}
  case $rest in
  loopback:* | bridge:* | tun:* | bond:* | dummy:*) continue ;;
  vpn:yes:* | wireguard:yes:*) vpn=$((vpn + 1)); continue ;;
  vpn:* | wireguard:*) continue ;;
  esac
  [ "$(zone "$uuid")" = council ] && { marked=true; case $rest in *:yes:activated) on=true ;; *:yes:*) coming=true ;; esac; }
  case $rest in gsm:yes:* | cdma:yes:* | bluetooth:yes:*) ;; *:yes:*) carries=true ;; esac
done
if [ $on = true ]; then answer=true
elif [ $coming = true ]; then answer=null
elif [ $marked = true ] || [ $carries = false ]; then answer=false
else answer=null; fi
security=$(timeout 5 nmcli -t -f ACTIVE,SECURITY device wifi list --rescan no 2>/dev/null | sed -n 's/^yes://p' | head -n 1 | tr -cd 'A-Za-z0-9. -')
[ -n "$security" ] && security="\\"$security\\"" || security=null
names= count=0
while [ $count -lt $vpn ]; do count=$((count + 1)); names="$names\${names:+,}\\"vpn$count\\""; done
printf '{"Wifi":{"Security":%s},"Vpn":[%s],"OnCouncilNetwork":%s}' "$security" "$names" "$answer"`;

export const network: Source = {
  id: 'linux/network',
  platform: 'linux',
  reads: shellScript(
    'from NetworkManager: whether a profile that ICT has put into the zone council is in use, how many VPNs are, and the security of the Wi-Fi',
    SCRIPT,
  ),
  privilege: 'none',
  timeLimitMs: 20_000,
  outputLimitBytes: 4_096,
  why: 'Says whether the laptop is in the office. Names of networks and VPNs are never read.',
};

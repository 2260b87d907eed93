# Takes away the rules of Beadle's own group, and no other.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$rules = @(Get-NetFirewallRule -Group 'Beadle isolation' -ErrorAction SilentlyContinue)
foreach ($rule in $rules) { Remove-NetFirewallRule -Name $rule.Name }

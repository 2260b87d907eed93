# Blocks all but the way to the server, by rules in a group of Beadle's own. What is blocked comes on standard input.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$group = 'Beadle isolation'
$rules = [Console]::In.ReadToEnd() | ConvertFrom-Json

$before = @(Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue | ForEach-Object -Process { $_.Name })
$number = 0
foreach ($rule in @($rules)) {
  $number = $number + 1
  $wanted = @{
    DisplayName = "Beadle isolation $number"
    Group = $group
    Direction = $rule.direction
    Action = 'Block'
    Profile = 'Any'
    Protocol = $rule.protocol
    RemoteAddress = @($rule.addresses)
  }
  if ($null -ne $rule.ports) { $wanted.RemotePort = @($rule.ports) }
  $null = New-NetFirewallRule @wanted
}
# The new ones hold before the old ones go.
foreach ($name in $before) { Remove-NetFirewallRule -Name $name }

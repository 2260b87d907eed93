# What is in force of Beadle's own rules, and whether the firewall is on and goes by them.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$rules = @(Get-NetFirewallRule -Group 'Beadle isolation' -PolicyStore ActiveStore -ErrorAction SilentlyContinue)
$blocking = @($rules | Where-Object -FilterScript { "$($_.Action)" -eq 'Block' -and "$($_.Enabled)" -eq 'True' })
$profiles = @(Get-NetFirewallProfile -PolicyStore ActiveStore)
$off = @($profiles | Where-Object -FilterScript { "$($_.Enabled)" -ne 'True' -or "$($_.AllowLocalFirewallRules)" -eq 'False' })

ConvertTo-Json -Compress -InputObject @{
  blocking = $blocking.Count
  names = @($blocking | ForEach-Object -Process { "$($_.Name)" })
  profilesOff = @($off | ForEach-Object -Process { "$($_.Name)" })
}

# Whether this device runs on a battery now.

$batteries = @(Get-CimInstance -ClassName Win32_Battery -Property 'BatteryStatus')
# 1 is discharging, 4 and 5 are low and critical; every other says that there is mains power.
$draining = @($batteries | Where-Object -FilterScript { 1, 4, 5 -contains [int]$_.BatteryStatus })

@{ data = @{ HasBattery = $batteries.Count -gt 0; PowerOnline = $draining.Count -eq 0 } }

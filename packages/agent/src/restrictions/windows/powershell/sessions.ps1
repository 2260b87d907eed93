# The sessions of people, by whose desktop runs in them, and the sessions in which the sign-in screen is on.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$desktops = @(Get-CimInstance -ClassName Win32_Process -Filter "Name='explorer.exe'" -Property 'Handle', 'SessionId')
$signIns = @(Get-CimInstance -ClassName Win32_Process -Filter "Name='LogonUI.exe'" -Property 'Handle', 'SessionId')

ConvertTo-Json -Compress -InputObject @{
  people = @($desktops | ForEach-Object -Process { [int]$_.SessionId } | Sort-Object -Unique)
  locked = @($signIns | ForEach-Object -Process { [int]$_.SessionId } | Sort-Object -Unique)
}

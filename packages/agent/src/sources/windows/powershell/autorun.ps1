# Whether programs on media start by themselves.

$policies = 'Microsoft\Windows\CurrentVersion\Policies\Explorer'
$device = "HKEY_LOCAL_MACHINE\SOFTWARE\$policies"
$user = $null
$sid = Get-PersonSid
if ($null -ne $sid) {
  $hive = Get-Hive $sid
  $handlers = "$hive\Software\Microsoft\Windows\CurrentVersion\Explorer\AutoplayHandlers"
  $user = @{
    NoDriveTypeAutoRun = ConvertTo-Number (Get-Setting "$hive\Software\$policies" 'NoDriveTypeAutoRun')
    NoAutorun = ConvertTo-Number (Get-Setting "$hive\Software\$policies" 'NoAutorun')
    DisableAutoplay = ConvertTo-Number (Get-Setting $handlers 'DisableAutoplay')
  }
}

@{
  data = @{
    NoDriveTypeAutoRun = ConvertTo-Number (Get-Setting $device 'NoDriveTypeAutoRun')
    NoAutorun = ConvertTo-Number (Get-Setting $device 'NoAutorun')
    User = $user
  }
}

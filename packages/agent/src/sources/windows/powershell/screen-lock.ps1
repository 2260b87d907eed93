# When the screen locks: for everyone, and by the settings of the person at the console.

function Get-Saver([string]$Key) {
  @{
    ScreenSaveActive = ConvertTo-Text (Get-Setting $Key 'ScreenSaveActive')
    ScreenSaverIsSecure = ConvertTo-Text (Get-Setting $Key 'ScreenSaverIsSecure')
    ScreenSaveTimeOut = ConvertTo-Text (Get-Setting $Key 'ScreenSaveTimeOut')
    ScreenSaver = $null -ne (ConvertTo-Text (Get-Setting $Key 'SCRNSAVE.EXE'))
  }
}

$system = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
$managed = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock'
$policy = $null
$user = $null
$sid = Get-PersonSid
if ($null -ne $sid) {
  $hive = Get-Hive $sid
  $policy = Get-Saver "$hive\Software\Policies\Microsoft\Windows\Control Panel\Desktop"
  $user = Get-Saver "$hive\Control Panel\Desktop"
}

@{
  data = @{
    InactivityTimeoutSecs = ConvertTo-Number (Get-Setting $system 'InactivityTimeoutSecs')
    MaxInactivityTimeDeviceLock = ConvertTo-Number (Get-Setting $managed 'MaxInactivityTimeDeviceLock')
    Policy = $policy
    User = $user
  }
}

# When Windows last looked for updates and installed any, and whether it waits for a restart.

function Test-Key([string]$Path) {
  $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($Path)
  if ($null -eq $key) { return $false }
  $key.Dispose()
  $true
}

# Paused by the person at it, or by policy; null where it is over, or never was.
function Get-PauseEnd {
  $until = ConvertTo-Text (Get-Setting 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings' 'PauseUpdatesExpiryTime')
  if ($null -eq $until) { return $null }
  $style = [System.Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
  $end = [datetime]::MinValue
  if (-not [datetime]::TryParse($until, $global:InvariantCulture, $style, [ref]$end)) { return $null }
  if ($end -lt [datetime]::UtcNow) { return $null }
  ConvertTo-Iso $end
}

$results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results
$components = Test-Key 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
$updates = Test-Key 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
$renames = Get-Setting 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager' 'PendingFileRenameOperations'

@{
  data = @{
    LastSearchSuccess = ConvertTo-IsoFromUtc $results.LastSearchSuccessDate
    LastInstallSuccess = ConvertTo-IsoFromUtc $results.LastInstallationSuccessDate
    RebootPending = $components -or $updates
    RebootReasons = @{ Components = $components; Updates = $updates; FileRenames = $null -ne $renames }
    PausedUntil = Get-PauseEnd
  }
}

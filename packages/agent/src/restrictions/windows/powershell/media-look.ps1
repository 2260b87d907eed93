# Whether Windows is told to deny removable storage, and the letters of removable volumes that can still be read.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$policy = 'HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices'

$open = @(foreach ($drive in [System.IO.DriveInfo]::GetDrives()) {
  if ("$($drive.DriveType)" -ne 'Removable') { continue }
  try { if ($drive.IsReady) { "$($drive.Name)" } } catch { continue }
})

ConvertTo-Json -Compress -InputObject @{
  denied = [Microsoft.Win32.Registry]::GetValue($policy, 'Deny_All', $null) -eq 1
  open = $open
}

# Sets or takes away the policy by which Windows denies all removable storage. Standard input says which: deny or allow.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$name = 'SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices'
$mine = 'SOFTWARE\Beadle\Restrictions'
$machine = [Microsoft.Win32.Registry]::LocalMachine
$wanted = [Console]::In.ReadToEnd().Trim()

$key = $machine.CreateSubKey($name)
$own = $machine.CreateSubKey($mine)
if ($wanted -eq 'deny') {
  if ($null -eq $own.GetValue('DenyAllBefore')) { $own.SetValue('DenyAllBefore', "$($key.GetValue('Deny_All'))") }
  $key.SetValue('Deny_All', 1, [Microsoft.Win32.RegistryValueKind]::DWord)
} else {
  $before = $own.GetValue('DenyAllBefore')
  if ($null -ne $before -and "$before" -eq '') { $key.DeleteValue('Deny_All', $false) }
  if ($null -ne $before -and "$before" -ne '') { $key.SetValue('Deny_All', [int]"$before", [Microsoft.Win32.RegistryValueKind]::DWord) }
  $own.DeleteValue('DenyAllBefore', $false)
}

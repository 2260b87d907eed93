# Protection and conversion of each volume. Key protectors are not asked for.

$space = 'root/cimv2/Security/MicrosoftVolumeEncryption'

$rows = @(foreach ($volume in @(Get-CimInstance -Namespace $space -ClassName Win32_EncryptableVolume)) {
  $conversion = $null
  $lock = $null
  # A locked volume answers some of these with an error.
  try {
    $conversion = Invoke-CimMethod -InputObject $volume -MethodName GetConversionStatus -Arguments @{ PrecisionFactor = [uint32]0 }
  } catch {
    $conversion = $null
  }
  try {
    $lock = Invoke-CimMethod -InputObject $volume -MethodName GetLockStatus
  } catch {
    $lock = $null
  }
  # What failed says so by its return value, and has zeros for what it would have told.
  if ($conversion.ReturnValue -ne 0) { $conversion = $null }
  if ($lock.ReturnValue -ne 0) { $lock = $null }
  @{
    DriveLetter = ConvertTo-Text $volume.DriveLetter
    DeviceID = ConvertTo-Text $volume.DeviceID
    VolumeType = ConvertTo-Number $volume.VolumeType
    Protection = ConvertTo-Number $volume.ProtectionStatus
    Conversion = ConvertTo-Number $conversion.ConversionStatus
    Pct = ConvertTo-Number $conversion.EncryptionPercentage
    Method = ConvertTo-Number $volume.EncryptionMethod
    Lock = ConvertTo-Number $lock.LockStatus
  }
})

@{ data = $rows }

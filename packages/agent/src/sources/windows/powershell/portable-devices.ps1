# Telephones and cameras that are plugged in. The name that a person gave one is not asked for.

# A stick is listed as a portable device, too, but hangs from a bus of Windows' own.
$filter = "PNPClass='WPD' AND Present=TRUE AND DeviceID LIKE 'USB\\%'"

$rows = @(foreach ($device in @(Get-CimInstance -ClassName Win32_PnPEntity -Filter $filter)) {
  $keys = @{ devicePropertyKeys = [string[]]@('DEVPKEY_Device_BusReportedDeviceDesc') }
  $model = $null
  try {
    $told = Invoke-CimMethod -InputObject $device -MethodName GetDeviceProperties -Arguments $keys
    $model = ConvertTo-Text (@($told.deviceProperties)[0].Data)
  } catch {
    $model = $null
  }
  @{
    DeviceID = ConvertTo-Text $device.DeviceID
    Manufacturer = ConvertTo-Text $device.Manufacturer
    Model = $model
  }
})

@{ data = $rows }

# Every disk with the volumes on it, and for what can be unplugged where it is plugged in.

$space = 'root/Microsoft/Windows/Storage'
$unpluggable = 7, 12, 13

# What stands above a device in the tree of devices, such as its USB port's device.
function Get-ParentId([string]$DeviceId) {
  try {
    $escaped = $DeviceId -replace "([\\'])", '\$1'
    $device = Get-CimInstance -ClassName Win32_PnPEntity -Filter "DeviceID='$escaped'"
    $keys = @{ devicePropertyKeys = [string[]]@('DEVPKEY_Device_Parent') }
    $told = Invoke-CimMethod -InputObject $device -MethodName GetDeviceProperties -Arguments $keys
    ConvertTo-Text (@($told.deviceProperties)[0].Data)
  } catch {
    $null
  }
}

$partitions = @(Get-CimInstance -Namespace $space -ClassName MSFT_Partition)
$drives = @(Get-CimInstance -ClassName Win32_DiskDrive -Property 'Index', 'PNPDeviceID')

$rows = @(foreach ($disk in @(Get-CimInstance -Namespace $space -ClassName MSFT_Disk)) {
  $own = @($partitions | Where-Object -FilterScript { $_.DiskNumber -eq $disk.Number })
  $letters = @($own | Where-Object -FilterScript { [int]$_.DriveLetter -gt 0 } | ForEach-Object -Process { "$($_.DriveLetter):" })
  # Its other paths are folders, whose names are people's.
  $paths = @($own | ForEach-Object -Process { $_.AccessPaths } | Where-Object -FilterScript { $_ -like '\\[?]\Volume{*' })
  $drive = @($drives | Where-Object -FilterScript { $_.Index -eq $disk.Number })[0]
  $parent = $null
  if ($unpluggable -contains [int]$disk.BusType -and $drive.PNPDeviceID) { $parent = Get-ParentId $drive.PNPDeviceID }
  @{
    Number = ConvertTo-Number $disk.Number
    FriendlyName = ConvertTo-Text $disk.FriendlyName
    Manufacturer = ConvertTo-Text $disk.Manufacturer
    Model = ConvertTo-Text $disk.Model
    SerialNumber = ConvertTo-Text $disk.SerialNumber
    BusType = ConvertTo-Number $disk.BusType
    Size = ConvertTo-Number $disk.Size
    IsBoot = ConvertTo-Flag $disk.IsBoot
    IsSystem = ConvertTo-Flag $disk.IsSystem
    DriveLetters = $letters
    VolumePaths = $paths
    PNPDeviceID = ConvertTo-Text $drive.PNPDeviceID
    ParentId = $parent
  }
})

@{ data = $rows }

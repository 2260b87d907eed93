# Serial number, asset tag, kind of case.

$bios = Get-CimInstance -ClassName Win32_BIOS -Property 'SerialNumber'
$case = @(Get-CimInstance -ClassName Win32_SystemEnclosure -Property 'SMBIOSAssetTag', 'ChassisTypes')[0]
$system = Get-CimInstance -ClassName Win32_ComputerSystem -Property 'Manufacturer', 'Model'

@{
  data = @{
    SerialNumber = ConvertTo-Text $bios.SerialNumber
    SMBIOSAssetTag = ConvertTo-Text $case.SMBIOSAssetTag
    ChassisTypes = @($case.ChassisTypes | Where-Object -FilterScript { $null -ne $_ } | ForEach-Object -Process { [int]$_ })
    Manufacturer = ConvertTo-Text $system.Manufacturer
    Model = ConvertTo-Text $system.Model
  }
}

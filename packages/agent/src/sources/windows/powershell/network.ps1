# Kinds of networks and adapters. The name of a network, which is its SSID, is not taken.

$space = 'root/StandardCimv2'

$profiles = @(foreach ($row in @(Get-CimInstance -Namespace $space -ClassName MSFT_NetConnectionProfile)) {
  @{
    InterfaceAlias = ConvertTo-Text $row.InterfaceAlias
    InterfaceIndex = ConvertTo-Number $row.InterfaceIndex
    NetworkCategory = ConvertTo-Number $row.NetworkCategory
  }
})

$adapters = @(foreach ($adapter in @(Get-CimInstance -Namespace $space -ClassName MSFT_NetAdapter)) {
  if ($adapter.Hidden) { continue }
  $status = $null
  if ([int]$adapter.InterfaceOperationalStatus -eq 1) { $status = 'Up' }
  elseif ([int]$adapter.InterfaceOperationalStatus -gt 1) { $status = 'Down' }
  @{
    Name = ConvertTo-Text $adapter.Name
    InterfaceIndex = ConvertTo-Number $adapter.InterfaceIndex
    InterfaceType = ConvertTo-Number $adapter.InterfaceType
    Status = $status
    Description = ConvertTo-Text $adapter.InterfaceDescription
  }
})

$system = Get-CimInstance -ClassName Win32_ComputerSystem -Property 'PartOfDomain'

$joined = $null
try {
  $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo')
  $joined = $null -ne $key -and $key.SubKeyCount -gt 0
} catch {
  $joined = $null
}

@{
  data = @{
    Profiles = $profiles
    Adapters = $adapters
    PartOfDomain = ConvertTo-Flag $system.PartOfDomain
    EntraJoined = $joined
    # Windows tells it only together with the SSID.
    Wifi = @{ Authentication = $null }
  }
}

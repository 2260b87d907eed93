# Queues of this device, and the connections to print servers of everyone whose desktop runs.

$ports = @{}
try {
  foreach ($port in @(Get-CimInstance -Namespace 'root/StandardCimv2' -ClassName MSFT_PrinterPort)) { $ports["$($port.Name)"] = $port }
} catch {
  # What is known of a port beside its name is lost, and the queues are told without it.
  $ports = @{}
}

$queues = @(foreach ($printer in @(Get-CimInstance -ClassName Win32_Printer)) {
  $name = ConvertTo-Text $printer.PortName
  $port = $null
  if ($null -ne $name) { $port = $ports[$name] }
  if ($null -ne $name -and (Test-FilePort $name)) { $name = 'FILE:' }
  @{
    Name = ConvertTo-Text $printer.Name
    DriverName = ConvertTo-Text $printer.DriverName
    PortName = $name
    Shared = ConvertTo-Flag $printer.Shared
    Network = ConvertTo-Flag $printer.Network
    ServerName = ConvertTo-Text $printer.ServerName
    ShareName = ConvertTo-Text $printer.ShareName
    PrinterHostAddress = ConvertTo-Text $port.PrinterHostAddress
    Url = ConvertTo-Text $port.DeviceURL
  }
})

# A connection is kept in its owner's hive, as ,,server,queue.
$listed = @($queues | ForEach-Object -Process { $_.Name })
$connections = @(foreach ($sid in @(Get-DesktopSid)) {
  $key = [Microsoft.Win32.Registry]::Users.OpenSubKey("$sid\Printers\Connections")
  if ($null -eq $key) { continue }
  foreach ($connection in $key.GetSubKeyNames()) {
    $name = $connection.Replace(',', '\')
    if ($listed -contains $name) { continue }
    $listed += $name
    $parts = $name.Trim('\').Split('\')
    @{
      Name = $name
      DriverName = $null
      PortName = $name
      Shared = $false
      Network = $true
      ServerName = "\\$($parts[0])"
      ShareName = ConvertTo-Text $parts[1]
      PrinterHostAddress = $null
      Url = $null
    }
  }
  $key.Dispose()
})

@{ data = $queues + $connections }

# Whether Windows keeps a log of what was printed.

$log = 'Microsoft-Windows-PrintService/Operational'
$configuration = New-Object -TypeName System.Diagnostics.Eventing.Reader.EventLogConfiguration -ArgumentList $log
try {
  @{ data = @{ Enabled = ConvertTo-Flag $configuration.IsEnabled } }
} finally {
  $configuration.Dispose()
}

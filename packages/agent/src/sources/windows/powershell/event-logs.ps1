# Whether the logs that are read are kept, and their first and last record ids.

$rows = @(foreach ($log in 'Microsoft-Windows-Partition/Diagnostic', 'Microsoft-Windows-PrintService/Operational') {
  $enabled = $null
  $oldest = $null
  $newest = $null
  try {
    $configuration = New-Object -TypeName System.Diagnostics.Eventing.Reader.EventLogConfiguration -ArgumentList $log
    $enabled = ConvertTo-Flag $configuration.IsEnabled
    $configuration.Dispose()
    $oldest = Get-RecordId $log $false
    $newest = Get-RecordId $log $true
  } catch {
    # Half an answer is none.
    $oldest = $null
    $newest = $null
  }
  @{ Log = $log; Enabled = $enabled; Oldest = $oldest; Newest = $newest }
})

@{ data = $rows }

# Disks that came or went. The raw sectors that each event holds are left out.

param([string]$After)

$names = 'DiskNumber', 'BusType', 'Capacity', 'PartitionCount', 'Manufacturer', 'Model', 'Revision', 'SerialNumber',
  'ParentId', 'DiskId', 'UserRemovalPolicy'

$body = {
  param($Document)
  $data = foreach ($node in $Document.GetElementsByTagName('Data')) {
    $name = $node.GetAttribute('Name')
    if ($names -contains $name) { "<Data Name=`"$name`">$(ConvertTo-XmlText $node.InnerText)</Data>" }
  }
  "<EventData>$($data -join '')</EventData>"
}

$from = if ($After -eq '') { $null } else { $After }
$events = foreach ($record in @(Get-LogRecord 'Microsoft-Windows-Partition/Diagnostic' 1006 $from)) {
  ConvertTo-EventXml $record $body
}

@{ text = "<Events>$($events -join '')</Events>" }

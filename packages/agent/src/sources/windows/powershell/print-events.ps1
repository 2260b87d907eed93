# Finished print jobs. The document (Param2), its owner (Param3) and their computer (Param4) are never taken.

param([string]$After)

$names = 'Param1', 'Param5', 'Param6', 'Param7', 'Param8'

$body = {
  param($Document)
  $data = foreach ($name in $names) {
    $node = $Document.GetElementsByTagName($name).Item(0)
    if ($null -eq $node) { continue }
    $text = $node.InnerText
    # Printed to a file, the port is the file's path.
    if ($name -eq 'Param6' -and (Test-FilePort $text)) { $text = 'FILE:' }
    "<$name>$(ConvertTo-XmlText $text)</$name>"
  }
  "<UserData><DocumentPrinted>$($data -join '')</DocumentPrinted></UserData>"
}

$from = if ($After -eq '') { $null } else { $After }
$events = foreach ($record in @(Get-LogRecord 'Microsoft-Windows-PrintService/Operational' 307 $from)) {
  ConvertTo-EventXml $record $body
}

@{ text = "<Events>$($events -join '')</Events>" }

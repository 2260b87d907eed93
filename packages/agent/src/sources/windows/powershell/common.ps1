# What the other scripts share. It runs once in the session in which they run.

$global:ErrorActionPreference = 'Stop'
$global:ProgressPreference = 'SilentlyContinue'
$global:InvariantCulture = [System.Globalization.CultureInfo]::InvariantCulture

# A value of the registry, by the key's full name such as HKEY_LOCAL_MACHINE\SOFTWARE\...; null where it is absent.
function Get-Setting([string]$Key, [string]$Name) {
  [Microsoft.Win32.Registry]::GetValue($Key, $Name, $null)
}

# Null where Windows did not tell it, for which some providers have the largest number of 32 bits.
function ConvertTo-Number($Value) {
  if ($null -eq $Value -or "$Value" -eq '' -or [long]$Value -eq 4294967295) { return $null }
  [long]$Value
}

function ConvertTo-Text($Value) {
  if ($null -eq $Value) { return $null }
  $text = "$Value".Replace([string][char]0, '').Trim()
  if ($text -eq '') { $null } else { $text }
}

function ConvertTo-Flag($Value) {
  if ($null -eq $Value) { $null } else { [bool]$Value }
}

# ISO 8601 in UTC. What providers have for never (1601, 1899) is null.
function ConvertTo-Iso($Date) {
  if ($null -eq $Date -or ([datetime]$Date).Year -lt 1990) { return $null }
  ([datetime]$Date).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", $global:InvariantCulture)
}

# Of a time that is in UTC already and does not say so.
function ConvertTo-IsoFromUtc($Date) {
  if ($null -eq $Date) { return $null }
  ConvertTo-Iso ([datetime]::SpecifyKind([datetime]$Date, [DateTimeKind]::Utc))
}

# The SID of the person at the console, or null. Signed in from afar, Windows does not name them: then it is whose
# desktop runs, where there is only one.
function Get-PersonSid {
  $name = (Get-CimInstance -ClassName Win32_ComputerSystem -Property 'UserName').UserName
  if ($name) {
    try {
      $account = New-Object -TypeName System.Security.Principal.NTAccount -ArgumentList $name
      return $account.Translate([System.Security.Principal.SecurityIdentifier]).Value
    } catch {
      $null = $_
    }
  }
  $sids = @(Get-DesktopSid)
  if ($sids.Count -eq 1) { $sids[0] } else { $null }
}

# The SIDs of everyone whose desktop runs.
function Get-DesktopSid {
  $desktops = @(Get-CimInstance -ClassName Win32_Process -Filter "Name='explorer.exe'" -Property 'Handle', 'Name')
  $sids = @(foreach ($desktop in $desktops) { (Invoke-CimMethod -InputObject $desktop -MethodName GetOwnerSid).Sid })
  @($sids | Where-Object -FilterScript { $_ } | Sort-Object -Unique)
}

# The full name of the hive of a person; without it their settings cannot be told from absent ones.
function Get-Hive([string]$Sid) {
  $key = [Microsoft.Win32.Registry]::Users.OpenSubKey($Sid)
  if ($null -eq $key) { throw 'HiveNotLoaded' }
  $key.Dispose()
  "HKEY_USERS\$Sid"
}

# As text of XML, without characters that it cannot hold.
function ConvertTo-XmlText($Value) {
  [System.Security.SecurityElement]::Escape(("$Value" -replace '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]', ''))
}

function New-LogReader([string]$Log, [string]$Filter, [bool]$NewestFirst) {
  $byName = [System.Diagnostics.Eventing.Reader.PathType]::LogName
  $query = New-Object -TypeName System.Diagnostics.Eventing.Reader.EventLogQuery -ArgumentList $Log, $byName, $Filter
  $query.ReverseDirection = $NewestFirst
  New-Object -TypeName System.Diagnostics.Eventing.Reader.EventLogReader -ArgumentList $query
}

# The first or the last record id of a log, 0 where it is empty.
function Get-RecordId([string]$Log, [bool]$Newest) {
  $reader = New-LogReader $Log '*' $Newest
  try {
    $record = $reader.ReadEvent()
    if ($null -eq $record) { 0 } else { [long]$record.RecordId }
  } finally {
    $reader.Dispose()
  }
}

$global:MostEvents = 2000

# The records of one event with a record id above $After, oldest first, at most 2,000; without $After the newest 2,000. A
# log that ends below $After has begun again.
function Get-LogRecord([string]$Log, [int]$EventId, $After) {
  $newestFirst = $null -eq $After
  $above = 0
  if (-not $newestFirst) { $above = [long]"$After" }
  if ($above -gt 0 -and (Get-RecordId $Log $true) -lt $above) { $above = 0 }
  $reader = New-LogReader $Log "*[System[(EventID=$EventId) and (EventRecordID > $above)]]" $newestFirst
  $records = New-Object -TypeName System.Collections.ArrayList
  try {
    while ($records.Count -lt $global:MostEvents) {
      $record = $reader.ReadEvent()
      if ($null -eq $record) { break }
      $null = $records.Add($record)
    }
  } finally {
    $reader.Dispose()
  }
  if ($newestFirst) { $records.Reverse() }
  $records.ToArray()
}

# One event with its own part of it, $Body; what cannot be read of it is left out, and that it was is told.
function ConvertTo-EventXml($Record, [scriptblock]$Body) {
  try {
    $document = New-Object -TypeName System.Xml.XmlDocument
    $document.LoadXml($Record.ToXml())
    $told = & $Body $document
  } catch {
    $told = ''
  }
  $time = ConvertTo-Iso $Record.TimeCreated
  $system = "<EventID>$($Record.Id)</EventID><TimeCreated SystemTime=`"$time`"/>"
  "<Event><System>$system<EventRecordID>$($Record.RecordId)</EventRecordID></System>$told</Event>"
}

# True for a port that is the path of a file: on a drive, relative to one, or in a shared folder with a file's ending. A
# queue of a print server, \\server\queue, is none.
function Test-FilePort([string]$Port) {
  $Port -match '^[A-Za-z]:[\\/]' -or $Port -match '^\\\\[?.]\\' -or $Port -match '^\\\\[^\\]+\\[^\\]+\\' -or
    $Port -match '\.(pdf|xps|oxps|prn|ps|tif|tiff|txt)$'
}

# Rows of a class of the Security Center. Its times are texts, in English on every Windows.
function Get-SecurityProduct([string]$Class) {
  foreach ($product in @(Get-CimInstance -Namespace 'root/SecurityCenter2' -ClassName $Class)) {
    $style = [System.Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
    $changed = [datetime]::MinValue
    $isTime = [datetime]::TryParse("$($product.timestamp)", $global:InvariantCulture, $style, [ref]$changed)
    @{
      displayName = ConvertTo-Text $product.displayName
      instanceGuid = ConvertTo-Text ("$($product.instanceGuid)".ToUpperInvariant())
      productState = ConvertTo-Number $product.productState
      timestamp = $(if ($isTime) { ConvertTo-Iso $changed } else { $null })
    }
  }
}

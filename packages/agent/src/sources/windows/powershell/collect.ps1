# Answers everything that is due in one process: takes a list of {id, file, parameter, limit} as JSON on standard input,
# runs the script file of each, and prints one line of JSON for each, in UTF-8. Of an error only its id and HRESULT are
# told, never its words, which are in the language of the system.

# First of all, as under Constrained Language Mode nothing below may be done.
if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
  Write-Output '{"hindered":"ConstrainedLanguage"}'
  exit 0
}

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Standard output has the code page of the console, which may be any: its bytes are written directly.
$encoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$output = New-Object -TypeName System.IO.StreamWriter -ArgumentList ([Console]::OpenStandardOutput()), $encoding
$output.AutoFlush = $true

function Write-Line($Value) {
  $output.Write((ConvertTo-Json -InputObject $Value -Depth 8 -Compress) + "`n")
}

# What a 32-bit process sees of a 64-bit Windows is not what is asked for.
if ([Environment]::Is64BitOperatingSystem -and -not [Environment]::Is64BitProcess) {
  Write-Line @{ hindered = 'PowerShell32Bit' }
  exit 0
}

# Without it some arrays become {"value":[...],"Count":n}.
Remove-TypeData -TypeName System.Array -ErrorAction SilentlyContinue

function New-Session {
  $runspace = [RunspaceFactory]::CreateRunspace()
  $runspace.Open()
  $shell = [PowerShell]::Create()
  $shell.Runspace = $runspace
  try {
    # Not in a scope of its own: its functions are for all that follow.
    $null = $shell.AddCommand((Join-Path -Path $PSScriptRoot -ChildPath 'common.ps1'), $false).Invoke()
  } finally {
    $shell.Dispose()
  }
  $runspace
}

# The innermost exception says what went wrong; those around it say where. Words never leave: only what is of the form of
# an id does.
function Get-Failure($Record) {
  $id = "$($Record.FullyQualifiedErrorId)"
  $exception = $Record.Exception
  for ($step = 0; $step -lt 10; $step += 1) {
    if ($exception -is [System.Management.Automation.PSSecurityException]) { return @{ error = 'ScriptBlocked' } }
    $inner = $exception.InnerException
    if ($exception -is [System.Management.Automation.RuntimeException]) {
      $own = $exception.ErrorRecord
      $id = "$($own.FullyQualifiedErrorId)"
      $isItself = $own.Exception -is [System.Management.Automation.ParentContainsErrorRecordException]
      if ($null -eq $inner -and -not $isItself) { $inner = $own.Exception }
    }
    if ($null -eq $inner) { break }
    $exception = $inner
  }
  if ($id -notmatch '^(HRESULT )?[A-Za-z0-9_.,:-]{1,200}$') { $id = $exception.GetType().Name }
  @{ error = $id; hresult = '0x{0:X8}' -f $exception.HResult }
}

function Get-Answer($Piece, $Runspace) {
  $shell = [PowerShell]::Create()
  $shell.Runspace = $Runspace
  $null = $shell.AddCommand((Join-Path -Path $PSScriptRoot -ChildPath $Piece.file), $true)
  if ($null -ne $Piece.parameter) { $null = $shell.AddArgument("$($Piece.parameter)") }
  $running = $shell.BeginInvoke()
  if (-not $running.AsyncWaitHandle.WaitOne([int]$Piece.limit)) {
    $null = $shell.BeginStop($null, $null)
    return @{ id = $Piece.id; ok = $false; error = 'PieceTimedOut' }
  }
  try {
    $told = @($shell.EndInvoke($running))[-1]
    if ($told.ContainsKey('text')) { @{ id = $Piece.id; ok = $true; text = $told['text'] } }
    else { @{ id = $Piece.id; ok = $true; data = $told['data'] } }
  } catch {
    @{ id = $Piece.id; ok = $false } + (Get-Failure $_)
  } finally {
    $shell.Dispose()
  }
}

# Windows PowerShell hands standard input on as $input, or leaves it where it is.
$request = @($input) -join ''
if ($request -eq '') { $request = [Console]::In.ReadToEnd() }

$runspace = $null
foreach ($piece in (ConvertFrom-Json -InputObject $request)) {
  try {
    if ($null -eq $runspace) { $runspace = New-Session }
    $answer = Get-Answer $piece $runspace
    # What hangs is left behind, and the rest goes on without it.
    if ($answer['error'] -eq 'PieceTimedOut') { $runspace = $null }
  } catch {
    $answer = @{ id = $piece.id; ok = $false } + (Get-Failure $_)
  }
  Write-Line $answer
}

# At once, as what hangs would be waited for.
[Environment]::Exit(0)

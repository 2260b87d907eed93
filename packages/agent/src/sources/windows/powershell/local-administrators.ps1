# Members of the administrators' group, by its SID, as its name is in the language of the system.

$sid = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-544'
$name = $sid.Translate([System.Security.Principal.NTAccount]).Value.Split('\')[-1]
# Not Get-LocalGroupMember, which fails on members that cannot be resolved.
$group = [ADSI]"WinNT://./$name,group"

$rows = @(foreach ($member in @($group.psbase.Invoke('Members'))) {
  $bytes = $member.GetType().InvokeMember('objectSid', 'GetProperty', $null, $member, $null)
  $memberSid = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $bytes, 0
  $account = $null
  try {
    $account = $memberSid.Translate([System.Security.Principal.NTAccount]).Value
  } catch {
    # Of an account that is gone, or of a role of Entra.
    $account = $null
  }
  @{ Name = ConvertTo-Text $account; Sid = $memberSid.Value }
})

@{ data = $rows }

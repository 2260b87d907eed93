# Accounts of this device itself.

$rows = @(foreach ($account in @(Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount=TRUE' -Property 'Caption', 'SID', 'Disabled')) {
  @{
    Name = ConvertTo-Text $account.Caption
    Sid = ConvertTo-Text $account.SID
    Disabled = ConvertTo-Flag $account.Disabled
  }
})

@{ data = $rows }

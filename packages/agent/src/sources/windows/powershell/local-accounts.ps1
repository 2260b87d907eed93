# Accounts of this device itself.

$properties = 'Caption', 'SID', 'Disabled'
$accounts = @(Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount=TRUE' -Property $properties)
$rows = @(foreach ($account in $accounts) {
  @{
    Name = ConvertTo-Text $account.Caption
    Sid = ConvertTo-Text $account.SID
    Disabled = ConvertTo-Flag $account.Disabled
  }
})

@{ data = $rows }

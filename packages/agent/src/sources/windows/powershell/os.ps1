# Which Windows this is.

$key = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion'

@{
  data = @{
    CurrentBuild = ConvertTo-Text (Get-Setting $key 'CurrentBuild')
    UBR = ConvertTo-Number (Get-Setting $key 'UBR')
    DisplayVersion = ConvertTo-Text (Get-Setting $key 'DisplayVersion')
    EditionID = ConvertTo-Text (Get-Setting $key 'EditionID')
    ProductName = ConvertTo-Text (Get-Setting $key 'ProductName')
    InstallationType = ConvertTo-Text (Get-Setting $key 'InstallationType')
  }
}

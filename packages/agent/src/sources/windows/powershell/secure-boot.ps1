# Whether this device starts only systems that are signed.

$control = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control'

@{
  data = @{
    UEFISecureBootEnabled = ConvertTo-Number (Get-Setting "$control\SecureBoot\State" 'UEFISecureBootEnabled')
    PEFirmwareType = ConvertTo-Number (Get-Setting $control 'PEFirmwareType')
  }
}

# What Microsoft Defender says of itself.

$status = Get-CimInstance -Namespace 'root/Microsoft/Windows/Defender' -ClassName MSFT_MpComputerStatus

@{
  data = @{
    AMServiceEnabled = ConvertTo-Flag $status.AMServiceEnabled
    AntivirusEnabled = ConvertTo-Flag $status.AntivirusEnabled
    RealTimeProtectionEnabled = ConvertTo-Flag $status.RealTimeProtectionEnabled
    AMRunningMode = ConvertTo-Text $status.AMRunningMode
    AntivirusSignatureAge = ConvertTo-Number $status.AntivirusSignatureAge
    AntivirusSignatureLastUpdated = ConvertTo-Iso $status.AntivirusSignatureLastUpdated
    IsTamperProtected = ConvertTo-Flag $status.IsTamperProtected
  }
}

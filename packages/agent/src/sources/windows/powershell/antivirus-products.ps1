# Anti-virus programs that have registered with the Security Center.

@{ data = @(Get-SecurityProduct 'AntiVirusProduct') }

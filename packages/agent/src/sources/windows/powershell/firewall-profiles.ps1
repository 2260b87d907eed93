# The firewall's profiles as they hold after group policy.

# The cmdlet and not the class: only it asks for the active store. Its names are the same in every language.
$rows = @(foreach ($row in @(Get-NetFirewallProfile -PolicyStore ActiveStore)) {
  @{
    Name = ConvertTo-Text $row.Name
    Enabled = ConvertTo-Number $row.Enabled
    DefaultInboundAction = ConvertTo-Number $row.DefaultInboundAction
  }
})

@{ data = $rows }

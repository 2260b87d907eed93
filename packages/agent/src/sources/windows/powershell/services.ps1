# Whether the services run that the settings of other sources rely on.

$filter = "Name='mpssvc' OR Name='WinDefend' OR Name='wscsvc' OR Name='wuauserv'"
$rows = @(foreach ($service in @(Get-CimInstance -ClassName Win32_Service -Filter $filter -Property 'Name', 'State', 'StartMode')) {
  @{
    Name = ConvertTo-Text $service.Name
    State = ConvertTo-Text $service.State
    StartMode = ConvertTo-Text $service.StartMode
  }
})

@{ data = $rows }

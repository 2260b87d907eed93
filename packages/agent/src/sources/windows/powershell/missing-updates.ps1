# Updates that Windows found missing at its own last search. Nothing is asked of any server.

$session = New-Object -ComObject Microsoft.Update.Session
$searcher = $session.CreateUpdateSearcher()
$searcher.Online = $false
$result = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'")
# 2 is success; what was found with errors (3) is not all there is.
if ([int]$result.ResultCode -ne 2) { throw 'SearchNotComplete' }

$rows = @(foreach ($update in $result.Updates) {
  @{
    UpdateID = ConvertTo-Text $update.Identity.UpdateID
    Title = ConvertTo-Text $update.Title
    KBArticleIDs = @($update.KBArticleIDs | ForEach-Object -Process { "$_" })
    MsrcSeverity = ConvertTo-Text $update.MsrcSeverity
    CategoryIDs = @($update.Categories | ForEach-Object -Process { "$($_.CategoryID)".ToLowerInvariant() })
    RebootRequired = ConvertTo-Flag $update.RebootRequired
    IsDownloaded = ConvertTo-Flag $update.IsDownloaded
    LastDeploymentChangeTime = ConvertTo-IsoFromUtc $update.LastDeploymentChangeTime
  }
})

@{ data = $rows }

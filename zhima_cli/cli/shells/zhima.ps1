# Completion of zhima for PowerShell 5.1 and later.
Register-ArgumentCompleter -Native -CommandName zhima -ScriptBlock {
    param($word, $command, $cursor)
    $before = $command.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor }
    $Env:_ZHIMA_COMPLETE = ($before | ForEach-Object { $_.ToString() }) -join "`n"
    $Env:_ZHIMA_WORD = $word
    try {
        & $command.GetCommandName() 2>$null | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    } finally {
        Remove-Item Env:_ZHIMA_COMPLETE, Env:_ZHIMA_WORD -ErrorAction Ignore
    }
}

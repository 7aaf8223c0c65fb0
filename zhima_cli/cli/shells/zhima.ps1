# Completion of zhima for PowerShell 5.1 and later. Before 6.0, PowerShell does not complete
# - or -- alone: there, type a letter more, as in --d.
Register-ArgumentCompleter -Native -CommandName zhima -ScriptBlock {
    param($word, $command, $cursor)
    $before = $command.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor }
    $program = $command.GetCommandName()
    $Env:_ZHIMA_COMPLETE = ($before | ForEach-Object { $_.ToString() }) -join "`n"
    # Empty, it is removed from the environment before 7.5: zhima takes both for the same.
    $Env:_ZHIMA_WORD = $word
    try {
        & $program 2>$null | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    } finally {
        Remove-Item Env:_ZHIMA_COMPLETE -ErrorAction Ignore
        Remove-Item Env:_ZHIMA_WORD -ErrorAction Ignore
    }
}

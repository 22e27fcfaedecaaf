#!/usr/bin/env pwsh
# Thin: each target is one dotnet command. ./build.ps1 [restore|build|test|pack|run] [arguments of run]
[CmdletBinding()]
param(
    [ValidateSet('restore', 'build', 'test', 'pack', 'run')]
    [string] $Target = 'build',
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Arguments = @('cluster')
)

$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

switch ($Target) {
    'restore' { dotnet restore ActorQuorum.sln }
    'build'   { dotnet build ActorQuorum.sln -c Release }
    'test'    { dotnet test ActorQuorum.sln }
    'pack'    { dotnet pack ActorQuorum.sln -c Release -o artifacts }
    'run'     { dotnet run -c Release --project src/ActorQuorum.Cli -- @Arguments }
}

exit $LASTEXITCODE

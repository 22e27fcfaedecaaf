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

# Not every feed carries Akka.NET: to try is to ask (docs/akka.md).
dotnet restore tests/ActorQuorum.Akka.Tests -p:WithAkka=true *> $null
$akka = "-p:WithAkka=$(if ($LASTEXITCODE -eq 0) { 'true' } else { 'false' })"

switch ($Target) {
    'restore' { dotnet restore ActorQuorum.sln $akka }
    'build'   { dotnet build ActorQuorum.sln -c Release $akka }
    'test'    { dotnet test ActorQuorum.sln $akka }
    'pack'    { dotnet pack ActorQuorum.sln -c Release -o artifacts $akka }
    'run'     { dotnet run -c Release --project src/ActorQuorum.Cli $akka -- @Arguments }
}

exit $LASTEXITCODE

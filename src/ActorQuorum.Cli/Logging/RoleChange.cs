using Serilog.Events;

namespace ActorQuorum.Cli.Logging;

/// <summary>Tells a change of role from other log events: it names the term, and the new role or leader.</summary>
internal static class RoleChange
{
    public static bool Is(LogEvent logEvent) =>
        logEvent.Properties.ContainsKey("Term") && (logEvent.Properties.ContainsKey("To") || logEvent.Properties.ContainsKey("Leader"));
}

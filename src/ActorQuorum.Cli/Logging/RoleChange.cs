using Serilog.Events;

namespace ActorQuorum.Cli.Logging;

/// <summary>Tells a change of role from other log events: it names the new role.</summary>
internal static class RoleChange
{
    private const string Property = "Role";

    public static bool Is(LogEvent logEvent) => logEvent.Properties.ContainsKey(Property);
}

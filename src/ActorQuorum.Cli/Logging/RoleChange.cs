using Serilog.Events;

namespace ActorQuorum.Cli.Logging;

/// <summary>Tells a change of role from other log events: it names the term or epoch, and the new role, leader or master.</summary>
internal static class RoleChange
{
    public static bool Is(LogEvent logEvent) =>
        (Names(logEvent, "Term") && (Names(logEvent, "To") || Names(logEvent, "Leader")))
        || (Names(logEvent, "Epoch") && (Names(logEvent, "To") || Names(logEvent, "Master")));

    private static bool Names(LogEvent logEvent, string property) => logEvent.Properties.ContainsKey(property);
}

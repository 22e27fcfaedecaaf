using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace ActorQuorum.Cli.Logging;

/// <summary>Prints a log event of one node as a <see cref="LogLine"/>, coloured or plain.</summary>
internal sealed class LogLineFormatter(bool coloured) : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter MessageOnly = new("{Message:l}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var node = NodeName.Of(logEvent);
        var line = new LogLine(LogLine.Stamp(logEvent.Timestamp), Mark(logEvent), node, Message(logEvent, node + " "));
        output.WriteLine(coloured ? Palette.Paint(line) : line.ToString());
        if (logEvent.Exception is { } exception)
            output.WriteLine("  " + exception.ToString().ReplaceLineEndings(output.NewLine + "  "));
    }

    /// <summary>The message with strings as they are, without the quotes Serilog puts around them otherwise.</summary>
    private static string Message(LogEvent logEvent, string ownName)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        MessageOnly.Format(logEvent, text);

        // Where several nodes share a log, messages begin with the node's name; the line names it already.
        var message = text.ToString();
        return message.StartsWith(ownName, StringComparison.Ordinal) ? message[ownName.Length..] : message;
    }

    private static string Mark(LogEvent logEvent) => logEvent.Level switch
    {
        LogEventLevel.Information when RoleChange.Is(logEvent) => LogLine.RoleMark,
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };
}

using ActorQuorum.Cli.Logging;
using Spectre.Console;

namespace ActorQuorum.Cli.Output;

/// <summary>How the command prints tables.</summary>
internal static class Tables
{
    // Without a terminal there is no width to fit into: rows must not wrap, or no script could read them.
    private const int RedirectedWidth = 240;

    public static Table Create(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column).NoWrap());
        return table;
    }

    public static void Print(Table table)
    {
        var isColoured = Palette.IsWanted;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isColoured ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isColoured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (Console.IsOutputRedirected)
            console.Profile.Width = RedirectedWidth;
        console.Write(table);
    }
}

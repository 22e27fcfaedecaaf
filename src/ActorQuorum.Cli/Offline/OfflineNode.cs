using System.CommandLine;
using ActorQuorum.Configuration;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Offline;

/// <summary>What the commands on a node's data directory share: their options, the question before, the errors.</summary>
internal sealed class OfflineNode
{
    private readonly Option<string> _config = new("--config", "-c")
    {
        Description = "The node's configuration, a HOCON file.", HelpName = "FILE", Required = true,
    };

    private readonly Option<string?> _name = new("--name", "-n") { Description = "Which member it is [default: node.name of the file].", HelpName = "NAME" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };

    /// <summary>A random number, for a cluster id.</summary>
    public static ulong DrawClusterId() => QuorumNode.DrawNumber();

    /// <summary>The number of a data directory: greater than any before.</summary>
    public static ulong DrawIncarnation() => QuorumNode.DrawIncarnation(TimeProvider.System);

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_name);
        command.Add(_yes);
    }

    public NodeOptions Options(ParseResult parsed) => NodeOptionsReader.Load(parsed.GetRequiredValue(_config), parsed.GetValue(_name));

    /// <summary>Works on the node's data directory; what is wrong with that becomes one line.</summary>
    public static int Work(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, e.Message, e);
        }
    }

    /// <summary>Works on the node's data directory or, where it runs and so holds that itself, with the node.</summary>
    public static async Task<int> WorkAsync(Func<int> whenStopped, Func<DataDirectoryException, Task<int>> whenRunning)
    {
        try
        {
            try
            {
                return whenStopped();
            }
            catch (DataDirectoryException e) when (e.IsInUse)
            {
                return await whenRunning(e);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, e.Message, e);
        }
    }

    /// <summary>Says what is about to happen, and asks.</summary>
    /// <exception cref="CommandFailedException">The answer is no, or there is nobody to ask.</exception>
    public void Ask(ParseResult parsed, string what)
    {
        if (parsed.GetValue(_yes)) return;
        Console.WriteLine(what);
        if (Console.IsInputRedirected)
            throw new CommandFailedException(ExitCode.Usage, "nobody can be asked here: give --yes to go on; nothing was changed.");
        Console.Write("Go on? [y/N] ");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new CommandFailedException(ExitCode.Failed, "not confirmed; nothing was changed.");
    }
}

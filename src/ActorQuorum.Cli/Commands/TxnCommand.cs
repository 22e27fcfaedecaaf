using System.CommandLine;
using ActorQuorum.Cli.Keys;
using ActorQuorum.Cli.Output;
using ActorQuorum.Cli.Transactions;
using ActorQuorum.StateMachines.Etcd;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>txn</c>: several requests at once, if what they depend on holds.</summary>
internal static class TxnCommand
{
    public static Command Build()
    {
        var file = new Argument<string?>("FILE") { Description = "The transaction; standard input if left out.", Arity = ArgumentArity.ZeroOrOne };
        var interactive = new Option<bool>("--interactive", "-i") { Description = "Prompt for each part, also when standard input is no terminal." };
        var (space, client) = (new NamespaceOption(), new ClientOptions(OutputFormat.Simple));
        var command = new DocumentedCommand(
            "txn",
            "Carries out several requests at once: one list of them if all compares hold, another if not.",
            "actorquorum txn            # prompts for each part",
            "actorquorum txn transfer.txt",
            "printf 'version(\"lock\") = \"0\"\\n\\nput lock me\\n\\nget lock\\n' | actorquorum txn")
        {
            Details =
            [
                "The language is etcdctl's. Three parts with a blank line between; what is missing at the end is empty:",
                "  compares    TARGET(\"KEY\") SIGN \"OPERAND\"    TARGET: value, version, create, mod, lease; SIGN: = != < >",
                "  requests    put, get, del as on the command line, carried out if all compares hold",
                "  requests    the same, carried out if not",
                "Words with spaces stand in \"...\", with \\n \\t \\r \\\" \\\\ \\xNN \\uNNNN, or in '...' as they are.",
            ],
        };
        command.Add(file);
        command.Add(interactive);
        space.AddTo(command);
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var keys = space.Of(parsed);
            var txn = Read(parsed.GetValue(file), parsed.GetValue(interactive), keys);

            // Only now: time spent on typing is no time spent on waiting for the cluster.
            using var etcd = client.Connect(parsed);
            return new KeyOutput(client.Format(parsed), keys).Print(await etcd.TxnAsync(txn, Writes(txn)));
        });
        return command;
    }

    private static TxnRequest Read(string? path, bool isInteractive, Keyspace keys)
    {
        if (path is null)
        {
            // Prompts go to standard error: the answer alone stands on standard output.
            var isTyped = isInteractive || !Console.IsInputRedirected;
            return new TxnScript(Console.In, keys, isTyped ? Console.Error : null).Read();
        }

        try
        {
            using var reader = File.OpenText(path);
            return new TxnScript(reader, keys, conversation: null).Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Usage, $"cannot read the transaction from {path}: {e.Message}", e);
        }
    }

    private static bool Writes(TxnRequest txn) =>
        txn.Success.Concat(txn.Failure).Any(request => request.RequestCase != RequestOp.RequestOneofCase.RequestRange);
}

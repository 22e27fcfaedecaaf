using System.CommandLine;
using Google.Protobuf;

namespace ActorQuorum.Cli.Keys;

/// <summary>The words that name one key or a range of keys.</summary>
internal sealed class SpanSyntax
{
    private readonly Argument<string> _key = new("KEY") { Description = "The key, or with --prefix the beginning of the keys (\"\" for all)." };
    private readonly Argument<string?> _end = new("RANGE_END")
    {
        Description = "All keys from KEY up to but without this one.", Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _prefix = new("--prefix") { Description = "All keys that begin with KEY." };
    private readonly Option<bool> _fromKey = new("--from-key") { Description = "All keys from KEY on." };

    public void AddTo(Command command)
    {
        command.Add(_key);
        command.Add(_end);
        command.Add(_prefix);
        command.Add(_fromKey);
    }

    public (ByteString First, ByteString End) Read(ParseResult parsed, Keyspace keys) =>
        keys.Range(parsed.GetRequiredValue(_key), parsed.GetValue(_end), parsed.GetValue(_prefix), parsed.GetValue(_fromKey));
}
